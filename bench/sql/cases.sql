-- Everything that hangs on the planned cases: messages, periods, steps, history, watchers, and the notices of the
-- filing and of the clock; those of what people did later are left out.

INSERT INTO cases_message (id, case_id, author_id, is_from_staff, purpose, body, written_at, said_by, channel)
SELECT %(message_base)s + 4 * n + 1, id, requestor_id, false, 'report', pg_temp.paragraph(n), filed_at, '', 'portal'
FROM planned
UNION ALL
SELECT %(message_base)s + 4 * n + 2, id, owner_id, true, 'answer', pg_temp.paragraph(n + 1),
       answered_at, '', 'portal'
FROM planned WHERE owner_id IS NOT NULL
UNION ALL
SELECT %(message_base)s + 4 * n + 3, id, requestor_id, false, 'reply', pg_temp.paragraph(n + 2),
       filed_at + interval '5 hours', '', 'portal'
FROM planned WHERE is_replied
UNION ALL
SELECT %(message_base)s + 4 * n + 4, id, owner_id, true,
       CASE asked_status WHEN 'resolution_provided' THEN 'resolution' ELSE 'request' END, pg_temp.paragraph(n + 3),
       asked_at, '', 'portal'
FROM planned WHERE asked_at IS NOT NULL;

INSERT INTO cases_waitingperiod (id, case_id, number, status, policy_id, question_id, started_at, ended_at)
SELECT %(period_base)s + n, id, 1, asked_status, %(policy)s,
       %(message_base)s + 4 * n + 4, asked_at, closed_at
FROM planned WHERE asked_at IS NOT NULL;

INSERT INTO cases_case (id, account_id, license_id, requestor_id, filed_by_id, owner_id, title, environment, language, channel,
                        phone, impact, status, priority, filed_at, first_responded_at, period_id, next_follow_up_at,
                        closed_at, resolution, reopen_until, escalated_at, escalation_reason, last_event_at,
                        last_event_kind, last_event_by_id, caller_name, caller_address)
SELECT id, account_id, license_id, requestor_id, requestor_id, owner_id, title, 'Production', 'en', 'portal', '', '', status,
       2 + mod(n, 3), filed_at, CASE WHEN owner_id IS NOT NULL THEN answered_at END,
       CASE WHEN is_waiting THEN %(period_base)s + n END,
       CASE WHEN is_waiting THEN next_at END, closed_at, CASE status WHEN 'closed' THEN 'issue_obsolete' ELSE '' END, closed_at + interval '14 days',
       NULL, '', last_event_at, last_event_kind, last_event_by, '', ''
FROM planned;

INSERT INTO cases_followupstep (case_id, period_id, kind, ordinal, due_at, done_at, outcome)
SELECT id, %(period_base)s + n, 'reminder', ordinal, asked_at + after, asked_at + after, 'sent'
FROM planned, pg_temp.series WHERE ordinal <= reminders
UNION ALL
SELECT id, %(period_base)s + n, 'closure', 0, closed_at, closed_at, 'closed'
FROM planned WHERE status = 'auto_closed';

INSERT INTO cases_watcher (case_id, user_id, added_at)
SELECT id, colleague, filed_at FROM planned WHERE mod(n, 5) = 0
UNION ALL
SELECT id, reader, filed_at FROM planned WHERE mod(n, 10) = 0;

INSERT INTO cases_caseevent (case_id, kind, actor_id, occurred_at, is_public, detail, changes)
SELECT id, kind, actor_id, occurred_at, true, detail, changes
FROM (
    SELECT id, 1 AS place, 'filed' AS kind, requestor_id AS actor_id, filed_at AS occurred_at,
           jsonb_build_object('status', 'awaiting_assignment', 'status_before', 'awaiting_assignment',
                              'priority', 2 + mod(n, 3), 'requestor', requestor_id) AS detail,
           jsonb_build_object('status', pg_temp.change(NULL, 'awaiting_assignment'),
                              'priority', pg_temp.change(NULL, 2 + mod(n, 3)),
                              'requestor_id', pg_temp.change(NULL, requestor_id))
           || CASE WHEN mod(n, 10) = 0 THEN jsonb_build_object('watchers', pg_temp.change(NULL, ARRAY[colleague, reader]))
                   WHEN mod(n, 5) = 0 THEN jsonb_build_object('watchers', pg_temp.change(NULL, ARRAY[colleague]))
                   ELSE '{}' END AS changes
    FROM planned
    UNION ALL
    SELECT id, 2, 'answered', owner_id, answered_at,
           jsonb_build_object('status', 'in_progress', 'status_before', 'awaiting_assignment',
                              'message', %(message_base)s + 4 * n + 2),
           jsonb_build_object('status', pg_temp.change('awaiting_assignment', 'in_progress'),
                              'owner_id', pg_temp.change(NULL, owner_id),
                              'first_responded_at', pg_temp.change(NULL, pg_temp.iso(answered_at)))
    FROM planned WHERE owner_id IS NOT NULL
    UNION ALL
    SELECT id, 3, 'replied', requestor_id, filed_at + interval '5 hours',
           jsonb_build_object('status', 'in_progress', 'status_before', 'in_progress',
                              'message', %(message_base)s + 4 * n + 3),
           '{}'
    FROM planned WHERE is_replied
    UNION ALL
    SELECT id, 4, CASE asked_status WHEN 'pending_response' THEN 'information_requested' ELSE asked_status END,
           owner_id, asked_at,
           jsonb_build_object('status', asked_status, 'status_before', 'in_progress',
                              'message', %(message_base)s + 4 * n + 4),
           jsonb_build_object('status', pg_temp.change('in_progress', asked_status),
                              'period_id', pg_temp.change(NULL, %(period_base)s + n),
                              'next_follow_up_at', pg_temp.change(NULL, pg_temp.iso(asked_at + interval '24 hours')))
    FROM planned WHERE asked_at IS NOT NULL
    UNION ALL
    SELECT id, 4 + ordinal, 'reminded', NULL, asked_at + after,
           jsonb_build_object('period', 1, 'ordinal', ordinal, 'due_at', pg_temp.iso(asked_at + after)),
           jsonb_build_object('next_follow_up_at',
                              pg_temp.change(pg_temp.iso(asked_at + after), pg_temp.iso(asked_at + next_after)))
    FROM planned, pg_temp.series WHERE ordinal <= reminders
    UNION ALL
    SELECT id, 8, 'closed', last_event_by, closed_at,
           jsonb_build_object('status', 'closed', 'status_before', 'in_progress', 'resolution', 'issue_obsolete'),
           jsonb_build_object('status', pg_temp.change('in_progress', 'closed'),
                              'resolution', pg_temp.change(NULL, 'issue_obsolete'),
                              'closed_at', pg_temp.change(NULL, pg_temp.iso(closed_at)),
                              'reopen_until', pg_temp.change(NULL, pg_temp.iso(closed_at + interval '14 days')))
    FROM planned WHERE status = 'closed'
    UNION ALL
    SELECT id, 8, 'auto_closed', NULL, closed_at,
           jsonb_build_object('status', 'auto_closed', 'status_before', asked_status, 'period', 1,
                              'due_at', pg_temp.iso(closed_at)),
           jsonb_build_object('status', pg_temp.change(asked_status, 'auto_closed'),
                              'period_id', pg_temp.change(%(period_base)s + n, NULL::bigint),
                              'next_follow_up_at', pg_temp.change(pg_temp.iso(closed_at), NULL),
                              'closed_at', pg_temp.change(NULL, pg_temp.iso(closed_at)),
                              'reopen_until', pg_temp.change(NULL, pg_temp.iso(closed_at + interval '14 days')))
    FROM planned WHERE status = 'auto_closed'
) AS happened
ORDER BY id, place;

INSERT INTO notices_notice (key, kind, recipient_id, address, about, params, created_at, state, attempts, queued_at,
                            next_attempt_at, sent_at, message_id, sent_subject, sent_text, sent_html, last_error,
                            cancelled_because)
SELECT 'case:' || id || ':' || told || ':u' || person, kind, person,
       'person@customer.example', 'case:' || id,
       jsonb_build_object('case', id, 'number', 'E-' || lpad(id::text, 9, '0'), 'title', title) || params,
       told_at, 'sent', 1, told_at, told_at, told_at, '<' || replace(gen_random_uuid()::text, '-', '') || '@bench>',
       'E-' || lpad(id::text, 9, '0'), pg_temp.paragraph(n), '', '', ''
FROM (
    SELECT *, 'e0:acknowledgement' AS told, 'case_acknowledgement' AS kind, filed_at AS told_at, '{}'::jsonb AS params
    FROM planned
    UNION ALL
    SELECT planned.*, 'w1:reminder-' || ordinal || ':reminder', 'case_reminder', asked_at + after,
           jsonb_build_object('period', %(period_base)s + n, 'ordinal', ordinal, 'closes_at', pg_temp.iso(asked_at + interval '144 hours'))
    FROM planned, pg_temp.series WHERE ordinal <= reminders
    UNION ALL
    SELECT planned.*, 'w1:closure:auto_closed', 'case_auto_closed', closed_at,
           jsonb_build_object('reopen_until', pg_temp.iso(closed_at + interval '14 days'))
    FROM planned WHERE status = 'auto_closed'
) AS telling
CROSS JOIN LATERAL (VALUES (requestor_id),
                           (CASE WHEN mod(n, 5) = 0 THEN colleague END),
                           (CASE WHEN mod(n, 10) = 0 THEN reader END)) AS people (person)
WHERE person IS NOT NULL;
