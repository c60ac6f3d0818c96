-- What a batch of cases will be, one row each, before anything of it is written.

DROP TABLE IF EXISTS pg_temp.plan CASCADE;
DROP VIEW IF EXISTS pg_temp.series;
CREATE TEMP TABLE plan (
    id bigint, n bigint, account bigint, license bigint, person bigint, owner_id bigint, status text,
    filed_at timestamptz, is_replied boolean, asked_at timestamptz,
    reminders integer, closed_at timestamptz
) ON COMMIT DROP;

CREATE TEMP VIEW planned AS
SELECT id, n, account, owner_id, status, filed_at, asked_at, reminders, closed_at,
       is_replied AND owner_id IS NOT NULL AS is_replied,
       filed_at + interval '3 hours' AS answered_at,
       asked_at + (ARRAY[interval '24 hours', '72 hours', '120 hours', '144 hours'])[1 + reminders] AS next_at,
       status IN ('pending_response', 'resolution_provided') AS is_waiting,
       %(account_base)s + account AS account_id,
       %(license_base)s + (account - 1) * 3 + license AS license_id,
       %(person_base)s + (account - 1) * 5 + person AS requestor_id,
       %(person_base)s + (account - 1) * 5 + 4 AS colleague,
       %(person_base)s + (account - 1) * 5 + 5 AS reader,
       CASE status WHEN 'resolution_provided' THEN status ELSE 'pending_response' END AS asked_status,
       (ARRAY['Reports stay empty since this morning', 'Segment does not qualify anybody',
              'Publishing from the author instance hangs', 'Checkout answers 503 for some orders',
              'Campaign delivery stopped half-way', 'Activity is not shown on the start page',
              'Login by single sign-on loops'])[1 + mod(n, 7)] || ' (' || n || ')' AS title,
       CASE WHEN closed_at IS NOT NULL THEN status WHEN reminders > 0 THEN 'reminded'
            WHEN asked_at IS NOT NULL AND status = 'resolution_provided' THEN status
            WHEN asked_at IS NOT NULL THEN 'information_requested'
            WHEN is_replied AND owner_id IS NOT NULL THEN 'replied'
            WHEN owner_id IS NOT NULL THEN 'answered' ELSE 'filed' END AS last_event_kind,
       CASE WHEN closed_at IS NOT NULL THEN closed_at
            WHEN reminders > 0 THEN asked_at + (ARRAY[interval '24 hours', '72 hours', '120 hours'])[reminders]
            WHEN asked_at IS NOT NULL THEN asked_at
            WHEN is_replied AND owner_id IS NOT NULL THEN filed_at + interval '5 hours'
            WHEN owner_id IS NOT NULL THEN filed_at + interval '3 hours'
            ELSE filed_at END AS last_event_at,
       CASE WHEN status = 'auto_closed' OR (closed_at IS NULL AND reminders > 0) THEN NULL
            WHEN closed_at IS NULL AND (asked_at IS NOT NULL OR NOT is_replied) AND owner_id IS NOT NULL THEN owner_id
            ELSE %(person_base)s + (account - 1) * 5 + person END AS last_event_by
FROM plan;

CREATE TEMP VIEW series AS
SELECT * FROM (VALUES (1, interval '24 hours', interval '72 hours'), (2, '72 hours', '120 hours'),
                      (3, '120 hours', '144 hours')) AS reminder (ordinal, after, next_after);

CREATE OR REPLACE FUNCTION pg_temp.change(before text, after text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_array(before, after)
$$;
CREATE OR REPLACE FUNCTION pg_temp.change(before bigint, after bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_array(before, after)
$$;
CREATE OR REPLACE FUNCTION pg_temp.change(before bigint[], after bigint[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_array(before, after)
$$;
CREATE OR REPLACE FUNCTION pg_temp.iso(at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')
$$;

CREATE OR REPLACE FUNCTION pg_temp.paragraph(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT (ARRAY[
        'Since the release of last night the report shows no rows, though the raw data feed has them. We compared both '
        'for three suites and two days. Nothing was changed on our side; the same report worked on Friday. Could you '
        'look at the processing of **today**?',
        'Thank you for the details. I have passed the request through the log of the edge and see that it ends before '
        'the rule is applied. Please send the header `X-Request-Id` of one failing call, and tell me whether it also '
        'happens without the proxy.',
        'It happens in both environments, with and without the proxy. Attached you find two requests: the first is from '
        'the author instance, the second from publish. Both fail with the same message after 30 seconds.',
        'Please update the library to 2.7, clear the cache of the dispatcher, and publish the page again:' || E'\n\n' ||
        '1. open *Tools*, *Operations*' || E'\n' || '2. invalidate `/content`' || E'\n' || '3. publish' || E'\n\n' ||
        'Does the page then show the new component?'
    ])[1 + mod(n, 4)]
$$;
