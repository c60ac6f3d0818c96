"""One submit per form, and limits per person and hour."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from portal.accounts.models import User
from portal.errors import DomainError
from portal.work.form_tokens import FormExpired, TooMany, forget_old, new_token, submit_once, throttle
from portal.work.models import FormToken
from tests.factories.people import make_agent, make_lead

NOW = datetime(2025, 12, 3, 10, 26, tzinfo=UTC)


def test_a_token_is_long_url_safe_and_new_each_time():
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}


@pytest.mark.django_db
class TestSubmitOnce:
    def test_a_form_sent_twice_is_carried_out_once_and_leads_to_the_same_page(self):
        user, token, done = make_agent(), new_token(), []

        def act():
            done.append(1)
            return "/cases/E-000000001/"

        addresses = [submit_once(token=token, user=user, purpose="case", act=act) for _ in range(3)]

        assert addresses == ["/cases/E-000000001/"] * 3
        assert done == [1]

    def test_a_refused_form_leaves_its_token_unspent(self):
        user, token = make_agent(), new_token()

        def refuse():
            User.objects.filter(pk=user.pk).update(name="half written")
            raise DomainError("full")

        with pytest.raises(DomainError, match="full"):
            submit_once(token=token, user=user, purpose="case", act=refuse)

        user.refresh_from_db()
        assert user.name == "Sam Staff"
        assert submit_once(token=token, user=user, purpose="case", act=lambda: "/done/") == "/done/"

    def test_somebody_elses_token_is_refused_and_nothing_is_carried_out(self):
        token = new_token()
        submit_once(token=token, user=make_agent(), purpose="case", act=lambda: "/theirs/")

        with pytest.raises(FormExpired, match="form_expired") as refused:
            submit_once(token=token, user=make_lead(), purpose="case", act=lambda: pytest.fail("carried out"))
        assert refused.value.http_status == 400

    def test_a_token_spent_on_another_form_is_refused(self):
        user, token = make_agent(), new_token()
        submit_once(token=token, user=user, purpose="case", act=lambda: "/case/")

        with pytest.raises(FormExpired, match="form_expired"):
            submit_once(token=token, user=user, purpose="reply", act=lambda: "/reply/")

    @pytest.mark.parametrize("token", ["", "a" * 31, "a" * 65, "é" * 40, "a" * 31 + "\x00", "a" * 40 + "\n"])
    def test_a_token_that_we_did_not_make_is_refused(self, token):
        with pytest.raises(FormExpired, match="form_token_missing"):
            submit_once(
                token=token, user=make_agent(), purpose="case", act=lambda: pytest.fail("carried out")
            )

    @pytest.mark.parametrize("token", ["a" * 32, "a" * 64])
    def test_the_shortest_and_the_longest_token_are_taken(self, token):
        assert submit_once(token=token, user=make_agent(), purpose="case", act=lambda: "/x/") == "/x/"


@pytest.mark.django_db(transaction=True)
def test_of_two_submits_at_once_the_second_waits_and_gets_the_firsts_page():
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite immediate transactions queue by themselves")
    user, token = make_agent(), new_token()
    is_inside, may_go_on, second = threading.Event(), threading.Event(), []

    def slowly():
        is_inside.set()
        assert may_go_on.wait(10)
        return "/first/"

    def in_thread(act, into):
        try:
            into.append(submit_once(token=token, user=user, purpose="case", act=act))
        finally:
            connection.close()

    first = []
    one = threading.Thread(target=in_thread, args=(slowly, first))
    two = threading.Thread(target=in_thread, args=(lambda: "/second/", second))
    one.start()
    assert is_inside.wait(10)
    two.start()
    wait_until_somebody_waits_for_a_lock()
    may_go_on.set()
    one.join(10)
    two.join(10)

    assert (first, second) == (["/first/"], ["/first/"])


def wait_until_somebody_waits_for_a_lock():
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    pytest.fail("nobody waited")


@pytest.mark.django_db
class TestThrottle:
    def sent(self, user, *instants, purpose="case"):
        FormToken.objects.bulk_create(
            FormToken(token=new_token(), user=user, purpose=purpose, created_at=at) for at in instants
        )

    @pytest.fixture(autouse=True)
    def three_an_hour(self, settings):
        settings.PORTAL_LIMITS_PER_HOUR = {"case": 3}

    def test_the_last_one_within_the_limit_is_let_through(self):
        user = make_agent()
        self.sent(user, NOW, NOW)

        throttle(user, "case", NOW)

    def test_one_more_is_refused_until_the_oldest_is_an_hour_old(self):
        user = make_agent()
        self.sent(user, NOW - timedelta(minutes=50), NOW, NOW)

        with pytest.raises(TooMany) as refused:
            throttle(user, "case", NOW)

        assert (refused.value.code, refused.value.http_status) == ("too_many", 429)
        assert refused.value.values == {"limit": 3, "retry_after_seconds": 601}

    @pytest.mark.parametrize(("ago", "is_refused"), [(3600, False), (3599, True)])
    def test_what_was_sent_an_hour_ago_no_longer_counts(self, ago, is_refused):
        user = make_agent()
        self.sent(user, NOW - timedelta(seconds=ago), NOW, NOW)

        if is_refused:
            with pytest.raises(TooMany):
                throttle(user, "case", NOW)
        else:
            throttle(user, "case", NOW)

    def test_other_people_and_other_purposes_do_not_count(self):
        user = make_agent()
        self.sent(user, NOW, NOW, NOW, purpose="reply")
        self.sent(make_lead(), NOW, NOW, NOW)

        throttle(user, "case", NOW)


@pytest.mark.django_db
def test_tokens_are_forgotten_after_two_days():
    user = make_agent()
    for age in (timedelta(hours=48), timedelta(hours=48, microseconds=1)):
        FormToken.objects.create(token=new_token(), user=user, purpose="case", created_at=NOW - age)

    assert forget_old(NOW) == 1
    assert [token.created_at for token in FormToken.objects.all()] == [NOW - timedelta(hours=48)]
