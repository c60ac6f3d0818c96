-- Every case of the portfolio waits, with one step due at `due_at`: a quarter each of the first, second and third
-- reminder and of the closure. History and notices of the steps before are left out: the clock reads neither.

DROP TABLE IF EXISTS pg_temp.asked;
CREATE TEMP TABLE asked ON COMMIT DROP AS
SELECT c.id, c.id - %(case_base)s AS n, mod(c.id, 4) AS reminders,
       coalesce((SELECT max(number) FROM cases_waitingperiod AS p WHERE p.case_id = c.id), 0) + 1 AS number,
       nextval('cases_waitingperiod_id_seq') AS period_id,
       %(due_at)s - (ARRAY[interval '24 hours', '72 hours', '120 hours', '144 hours'])[1 + mod(c.id, 4)] AS asked_at
FROM cases_case AS c
WHERE c.id BETWEEN %(case_base)s + %(first)s AND %(case_base)s + %(last)s;

UPDATE cases_waitingperiod SET ended_at = %(due_at)s - interval '7 days'
WHERE ended_at IS NULL AND case_id IN (SELECT id FROM asked);

INSERT INTO cases_waitingperiod (id, case_id, number, status, policy_id, question_id, started_at)
SELECT period_id, id, number, 'pending_response', %(policy)s, %(message_base)s + 4 * n + 1, asked_at FROM asked;

INSERT INTO cases_followupstep (case_id, period_id, kind, ordinal, due_at, done_at, outcome)
SELECT id, period_id, 'reminder', ordinal, asked_at + after, asked_at + after, 'sent'
FROM asked,
     (VALUES (1, interval '24 hours'), (2, '72 hours'), (3, '120 hours')) AS reminder (ordinal, after)
WHERE ordinal <= reminders;

UPDATE cases_case AS c
SET status = 'pending_response', period_id = asked.period_id, next_follow_up_at = %(due_at)s, closed_at = NULL,
    reopen_until = NULL, resolution = '', last_event_at = asked_at, last_event_kind = 'information_requested',
    last_event_by_id = NULL
FROM asked WHERE c.id = asked.id;
