-- Staff and customers: %(accounts)s accounts with five people and three licenses each, as realistic as the
-- cases need. The first three people of an account have a seat on each license; the first administers it.

INSERT INTO accounts_user (id, password, is_superuser, email, name, account_id, time_zone, language, is_staff,
                           is_active, may_file_cases, sees_account_cases, may_request, staff_mail, joined_at,
                           email_verified_at)
SELECT %(staff_base)s + n, '!', false, 'engineer' || n || '@bench.example', 'Engineer ' || n, NULL, '', 'en', true,
       true, true, false, false, true, %(now)s - interval '4 years', %(now)s - interval '4 years'
FROM generate_series(1, %(staff)s) AS n;

INSERT INTO accounts_user_groups (user_id, group_id)
SELECT %(staff_base)s + n, (SELECT id FROM auth_group WHERE name = 'Agent')
FROM generate_series(1, %(staff)s) AS n;

INSERT INTO accounts_account (id, name, country_id, time_zone, language, administrator_id, created_at)
SELECT %(account_base)s + a, 'Customer ' || a, (ARRAY['US', 'JP', 'FR', 'DE', 'GB'])[1 + mod(a, 5)], '', '',
       %(person_base)s + (a - 1) * 5 + 1, %(now)s - interval '4 years'
FROM generate_series(1, %(accounts)s) AS a;

INSERT INTO accounts_user (id, password, is_superuser, email, name, account_id, time_zone, language, is_staff,
                           is_active, may_file_cases, sees_account_cases, may_request, staff_mail, joined_at,
                           email_verified_at)
SELECT %(person_base)s + (a - 1) * 5 + p, '!', false, 'person' || p || '@customer' || a || '.example',
       'Person ' || p || ' of ' || a, %(account_base)s + a, '', 'en', false, true, true, p = 2, false, true,
       %(now)s - interval '4 years', %(now)s - interval '4 years'
FROM generate_series(1, %(accounts)s) AS a, generate_series(1, 5) AS p;

INSERT INTO entitlements_license (id, account_id, product_id, added_at)
SELECT %(license_base)s + (a - 1) * 3 + l, %(account_base)s + a, product.id, %(now)s - interval '4 years'
FROM generate_series(1, %(accounts)s) AS a, generate_series(1, 3) AS l,
     LATERAL (SELECT id FROM entitlements_product ORDER BY position OFFSET mod(a + 4 * l, 13) LIMIT 1) AS product;

INSERT INTO entitlements_term (license_id, first_on, last_on, plan)
SELECT %(license_base)s + n, (%(now)s - interval '4 years')::date, (%(now)s + interval '2 years')::date, 'ultimate'
FROM generate_series(1, 3 * %(accounts)s) AS n;

INSERT INTO entitlements_seat (license_id, user_id, added_at)
SELECT %(license_base)s + (a - 1) * 3 + l, %(person_base)s + (a - 1) * 5 + p, %(now)s - interval '4 years'
FROM generate_series(1, %(accounts)s) AS a, generate_series(1, 3) AS l, generate_series(1, 3) AS p;
