-- Cases %(first)s to %(last)s beyond the portfolio: all wait, and each has one step due at `due_at`. A quarter each:
-- the first, second and third reminder, and the closure, as when nobody answers.

INSERT INTO plan
SELECT %(case_base)s + n, n, 1 + mod(n, %(accounts)s), 1 + mod(n / 7, 3), 1 + mod(n / 3, 3),
       %(staff_base)s + 1 + mod(n, %(staff)s),
       (ARRAY['pending_response', 'resolution_provided'])[1 + mod(n / 4, 2)],
       %(due_at)s - interval '10 days', true,
       %(due_at)s - (ARRAY[interval '24 hours', '72 hours', '120 hours', '144 hours'])[1 + mod(n, 4)],
       mod(n, 4), NULL
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n;
