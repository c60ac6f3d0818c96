-- Everything that hangs on the planned cases: messages, periods, steps, history, watchers, notices.

INSERT INTO cases_message (id, case_id, author_id, is_from_staff, purpose, body, written_at, said_by, channel)
SELECT %(message_base)s + 4 * n + 1, id, requestor_id, false, 'report', pg_temp.paragraph(n), filed_at, '', 'portal'
FROM planned
UNION ALL
SELECT %(message_base)s + 4 * n + 2, id, owner_id, true, 'answer', pg_temp.paragraph(n + 1),
       filed_at + interval '3 hours', '', 'portal'
FROM planned WHERE is_answered
UNION ALL
SELECT %(message_base)s + 4 * n + 3, id, requestor_id, false, 'reply', pg_temp.paragraph(n + 2),
       filed_at + interval '5 hours', '', 'portal'
FROM planned WHERE is_replied
UNION ALL
SELECT %(message_base)s + 4 * n + 4, id, owner_id, true,
       CASE status WHEN 'resolution_provided' THEN 'resolution' ELSE 'request' END, pg_temp.paragraph(n + 3),
       asked_at, '', 'portal'
FROM planned WHERE asked_at IS NOT NULL;

INSERT INTO cases_waitingperiod (id, case_id, number, status, policy_id, question_id, started_at, ended_at)
SELECT %(period_base)s + n, id, 1, CASE WHEN is_waiting THEN status ELSE 'pending_response' END, %(policy)s,
       %(message_base)s + 4 * n + 4, asked_at, closed_at
FROM planned WHERE asked_at IS NOT NULL;

INSERT INTO cases_case (id, account_id, license_id, requestor_id, filed_by_id, owner_id, title, environment, channel,
                        phone, impact, status, priority, filed_at, first_responded_at, period_id, next_follow_up_at,
                        closed_at, resolution, reopen_until, escalated_at, escalation_reason, last_event_at,
                        last_event_kind, last_event_by_id)
SELECT id, account_id, license_id, requestor_id, requestor_id, owner_id, title, 'Production', 'portal', '', '', status,
       2 + mod(n, 3), filed_at, CASE WHEN owner_id IS NOT NULL THEN filed_at + interval '3 hours' END,
       CASE WHEN is_waiting THEN %(period_base)s + n END,
       CASE WHEN is_waiting THEN
           asked_at + (ARRAY[interval '24 hours', '72 hours', '120 hours', '144 hours'])[1 + reminders] END,
       closed_at, CASE status WHEN 'closed' THEN 'resolution_confirmed' ELSE '' END, closed_at + interval '14 days',
       NULL, '', last_event_at, last_event_kind, last_event_by
FROM planned;

INSERT INTO cases_followupstep (case_id, period_id, kind, ordinal, due_at, done_at, outcome)
SELECT id, %(period_base)s + n, 'reminder', ordinal, asked_at + after, asked_at + after, 'sent'
FROM planned,
     (VALUES (1, interval '24 hours'), (2, '72 hours'), (3, '120 hours')) AS reminder (ordinal, after)
WHERE ordinal <= reminders
UNION ALL
SELECT id, %(period_base)s + n, 'closure', 0, closed_at, closed_at, 'closed'
FROM planned WHERE status = 'auto_closed';

INSERT INTO cases_watcher (case_id, user_id, added_at)
SELECT id, %(person_base)s + (account - 1) * 5 + 4, filed_at FROM planned WHERE mod(n, 5) = 0
UNION ALL
SELECT id, %(person_base)s + (account - 1) * 5 + 5, filed_at FROM planned WHERE mod(n, 10) = 0;

INSERT INTO cases_caseevent (case_id, kind, actor_id, occurred_at, is_public, detail)
SELECT id, kind, actor_id, occurred_at, true, detail
FROM (
    SELECT id, 1 AS place, 'filed' AS kind, requestor_id AS actor_id, filed_at AS occurred_at,
           jsonb_build_object('priority', 2 + mod(n, 3), 'requestor', requestor_id) AS detail
    FROM planned
    UNION ALL
    SELECT id, 2, 'answered', owner_id, filed_at + interval '3 hours',
           jsonb_build_object('message', %(message_base)s + 4 * n + 2)
    FROM planned WHERE is_answered
    UNION ALL
    SELECT id, 3, 'replied', requestor_id, filed_at + interval '5 hours',
           jsonb_build_object('message', %(message_base)s + 4 * n + 3)
    FROM planned WHERE is_replied
    UNION ALL
    SELECT id, 4, CASE status WHEN 'resolution_provided' THEN status ELSE 'information_requested' END, owner_id, asked_at,
           jsonb_build_object('message', %(message_base)s + 4 * n + 4)
    FROM planned WHERE asked_at IS NOT NULL
    UNION ALL
    SELECT id, 4 + ordinal, 'reminded', NULL, asked_at + after,
           jsonb_build_object('period', 1, 'ordinal', ordinal, 'due_at', asked_at + after)
    FROM planned,
         (VALUES (1, interval '24 hours'), (2, '72 hours'), (3, '120 hours')) AS reminder (ordinal, after)
    WHERE ordinal <= reminders
    UNION ALL
    SELECT id, 8, last_event_kind, last_event_by, closed_at,
           CASE status WHEN 'closed' THEN jsonb_build_object('resolution', 'resolution_confirmed')
                       ELSE jsonb_build_object('period', 1, 'due_at', closed_at) END
    FROM planned WHERE closed_at IS NOT NULL
) AS happened
ORDER BY id, place;

INSERT INTO notices_notice (key, kind, recipient_id, address, about, params, created_at, state, attempts, queued_at,
                            next_attempt_at, sent_at, message_id, sent_subject, sent_text, sent_html, last_error,
                            cancelled_because)
SELECT 'case:' || id || ':' || told || ':u' || requestor_id, kind, requestor_id,
       'person@customer.example', 'case:' || id,
       jsonb_build_object('case', id, 'number', 'E-' || lpad(id::text, 9, '0'), 'title', title) || params,
       told_at, 'sent', 1, told_at, told_at, told_at, '<' || replace(gen_random_uuid()::text, '-', '') || '@bench>',
       'E-' || lpad(id::text, 9, '0'), pg_temp.paragraph(n), '', '', ''
FROM (
    SELECT *, 'e0:acknowledgement' AS told, 'case_acknowledgement' AS kind, filed_at AS told_at, '{}'::jsonb AS params
    FROM planned
    UNION ALL
    SELECT planned.*, 'w1:reminder-' || ordinal || ':reminder', 'case_reminder', asked_at + after,
           jsonb_build_object('period', %(period_base)s + n, 'ordinal', ordinal, 'closes_at', asked_at + interval '144 hours')
    FROM planned,
         (VALUES (1, interval '24 hours'), (2, '72 hours'), (3, '120 hours')) AS reminder (ordinal, after)
    WHERE ordinal <= reminders
) AS telling;
