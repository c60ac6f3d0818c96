-- What the clock does at `now`, as the fewest set-based statements that write the same rows: the floor that the sweep
-- is measured against. It knows one policy, and neither holds nor steps that were missed.

DROP TABLE IF EXISTS pg_temp.due;
CREATE TEMP TABLE due ON COMMIT DROP AS
SELECT c.id, c.title, c.status, c.requestor_id, c.period_id, p.number, ordinal,
       c.next_follow_up_at AS due_at, to_char(c.next_follow_up_at AT TIME ZONE 'UTC', %(iso)s) AS due_text,
       p.started_at + next_after AS next_at, p.started_at + interval '144 hours' AS closes_at
FROM cases_case AS c
JOIN cases_waitingperiod AS p ON p.id = c.period_id
JOIN (VALUES (interval '24 hours', 1, interval '72 hours'), ('72 hours', 2, '120 hours'),
             ('120 hours', 3, '144 hours'), ('144 hours', 0, NULL)) AS series (after, ordinal, next_after)
     ON series.after = c.next_follow_up_at - p.started_at
WHERE c.next_follow_up_at <= %(now)s
ORDER BY c.next_follow_up_at, c.id
FOR UPDATE OF c SKIP LOCKED;

INSERT INTO cases_followupstep (case_id, period_id, kind, ordinal, due_at, done_at, outcome)
SELECT id, period_id, CASE ordinal WHEN 0 THEN 'closure' ELSE 'reminder' END, ordinal, due_at, %(now)s,
       CASE ordinal WHEN 0 THEN 'closed' ELSE 'sent' END
FROM due;

INSERT INTO cases_caseevent (case_id, kind, actor_id, occurred_at, is_public, detail, changes)
SELECT id, CASE ordinal WHEN 0 THEN 'auto_closed' ELSE 'reminded' END, NULL, %(now)s, true,
       jsonb_build_object('period', number, 'due_at', due_text)
       || CASE ordinal WHEN 0 THEN jsonb_build_object('status_before', status, 'status', 'auto_closed')
                       ELSE jsonb_build_object('ordinal', ordinal) END,
       CASE ordinal
       WHEN 0 THEN jsonb_build_object('status', jsonb_build_array(status, 'auto_closed'),
                                      'period_id', jsonb_build_array(period_id, NULL),
                                      'next_follow_up_at', jsonb_build_array(due_text, NULL),
                                      'closed_at', jsonb_build_array(NULL, %(now_text)s::text),
                                      'reopen_until', jsonb_build_array(NULL, %(reopen_until_text)s::text))
       ELSE jsonb_build_object('next_follow_up_at',
                               jsonb_build_array(due_text, to_char(next_at AT TIME ZONE 'UTC', %(iso)s))) END
FROM due;

INSERT INTO notices_notice (key, kind, recipient_id, address, about, params, created_at, state, attempts, queued_at,
                            next_attempt_at, message_id, sent_subject, sent_text, sent_html, last_error,
                            cancelled_because)
SELECT 'case:' || due.id || ':w' || number
       || CASE ordinal WHEN 0 THEN ':closure:auto_closed:u' ELSE ':reminder-' || ordinal || ':reminder:u' END || person.id,
       CASE ordinal WHEN 0 THEN 'case_auto_closed' ELSE 'case_reminder' END, person.id, '', 'case:' || due.id,
       jsonb_build_object('case', due.id, 'number', 'E-' || lpad(due.id::text, 9, '0'), 'title', title)
       || CASE ordinal
          WHEN 0 THEN jsonb_build_object('reopen_until', %(reopen_until_text)s::text)
          ELSE jsonb_build_object('period', period_id, 'ordinal', ordinal,
                                  'closes_at', to_char(closes_at AT TIME ZONE 'UTC', %(iso)s)) END,
       %(now)s, CASE WHEN is_staff AND NOT staff_mail THEN 'quiet' ELSE 'pending' END, 0, now(), now(),
       '<' || replace(gen_random_uuid()::text, '-', '') || '@portal.example>', '', '', '', '', ''
FROM due
JOIN (SELECT id AS case_id, requestor_id AS user_id FROM due
      UNION
      SELECT case_id, user_id FROM cases_watcher WHERE case_id IN (SELECT id FROM due)) AS told ON told.case_id = due.id
JOIN accounts_user AS person ON person.id = told.user_id AND person.is_active;

UPDATE cases_waitingperiod AS p SET ended_at = %(now)s FROM due WHERE p.id = due.period_id AND ordinal = 0;

UPDATE cases_case AS c
SET status = 'auto_closed', period_id = NULL, next_follow_up_at = NULL, clock_failed_at = NULL,
    closed_at = %(now)s, reopen_until = %(reopen_until)s, last_event_at = %(now)s, last_event_kind = 'auto_closed', last_event_by_id = NULL
FROM due WHERE c.id = due.id AND ordinal = 0;

UPDATE cases_case AS c
SET next_follow_up_at = next_at, clock_failed_at = NULL, last_event_at = %(now)s, last_event_kind = 'reminded',
    last_event_by_id = NULL
FROM due WHERE c.id = due.id AND ordinal > 0;
