-- Cases %(first)s to %(last)s of a portfolio of %(cases)s: filed over three years, the newest ten days before
-- `now`. All but a half of the newest tenth are closed, an eighth of those by the clock; two of five open ones
-- wait for their customer, none with a step due.

INSERT INTO plan
SELECT %(case_base)s + n, n, 1 + mod(n, %(accounts)s), 1 + mod(n / 7, 3), 1 + mod(n / 3, 3),
       CASE WHEN status = 'awaiting_assignment' THEN NULL ELSE %(staff_base)s + 1 + mod(n, %(staff)s) END,
       status, filed_at,
       mod(n, 10) < 3 OR asked_at IS NOT NULL, asked_at,
       CASE WHEN asked_at IS NOT NULL THEN
           (status = 'auto_closed' OR %(now)s - asked_at >= interval '24 hours')::int
           + (status = 'auto_closed' OR %(now)s - asked_at >= interval '72 hours')::int
           + (status = 'auto_closed' OR %(now)s - asked_at >= interval '120 hours')::int END,
       CASE status WHEN 'auto_closed' THEN asked_at + interval '144 hours'
                   WHEN 'closed' THEN filed_at + interval '1 day' * (1 + mod(n, 8)) END
FROM (
    SELECT n, status,
           filed_at,
           CASE WHEN status = 'auto_closed' THEN filed_at + interval '1 day'
                WHEN status IN ('pending_response', 'resolution_provided') THEN
                    %(now)s - interval '1 minute' * mod(n * 7919, 8600) END AS asked_at
    FROM (
        SELECT n,
               %(now)s - interval '10 days' - interval '1 second' * ((%(cases)s - n) * 94608000 / %(cases)s) AS filed_at,
               CASE WHEN n > 0.9 * %(cases)s AND mod(n, 2) = 0 THEN
                        (ARRAY['awaiting_assignment', 'in_progress', 'in_progress', 'pending_response',
                               'resolution_provided', 'in_progress', 'in_progress', 'in_progress',
                               'pending_response', 'resolution_provided'])[1 + mod(n / 2, 10)]
                    WHEN mod(n, 8) = 0 THEN 'auto_closed'
                    ELSE 'closed' END AS status
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
    ) AS numbered
) AS dated;
