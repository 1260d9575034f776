"""Names, passwords and tokens."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from engine.commands.change_password import change_password
from engine.commands.create_token import create_token
from engine.commands.save_organisation import OrganisationRecord, PersonRecord, save_organisation
from engine.demo import PASSWORD, demo_organisation
from engine.errors import InvalidError, NotFoundError, UnauthenticatedError
from engine.model import ApiToken, Membership, User
from engine.queries.password_owner import password_owner
from tests.support.company import Company


def test_only_the_right_password_signs_in_and_every_refusal_reads_the_same(company: Company) -> None:
    with company.database.transaction() as session:
        assert password_owner(session, " Zhang.Wei ", PASSWORD) == "zhang.wei"
    refusals = set()
    with company.database.transaction() as session:
        session.execute(update(User).where(User.username == "li.na").values(active=False))
    for name, password in (
        ("zhang.wei", "wrong"),
        ("nobody", PASSWORD),
        ("li.na", PASSWORD),
        ("", ""),
        ("a\x00b", PASSWORD),
    ):
        with pytest.raises(UnauthenticatedError) as refused, company.database.transaction() as session:
            password_owner(session, name, password)
        refusals.add(str(refused.value))
    assert len(refusals) == 1


def test_passwords_are_stored_as_argon2id(company: Company) -> None:
    with company.database.reading() as session:
        hashes = session.scalars(select(User.password_hash)).all()
    assert all(str(one).startswith("$argon2id$") for one in hashes)


def test_a_new_password_ends_other_sessions_and_must_be_new_and_long_enough(company: Company) -> None:
    with company.database.transaction() as session:
        assert change_password(session, "zhang.wei", PASSWORD, "a better one") == 1
    for present, wanted, where in (
        ("wrong", "another one", "present"),
        ("a better one", "short", "wanted"),
        ("a better one", "a better one", "wanted"),
    ):
        with pytest.raises(InvalidError) as refused, company.database.transaction() as session:
            change_password(session, "zhang.wei", present, wanted)
        assert refused.value.where == where
    with company.database.transaction() as session:
        assert password_owner(session, "zhang.wei", "a better one") == "zhang.wei"


def test_a_token_is_shown_once_and_only_its_hash_is_kept(company: Company) -> None:
    with company.database.transaction() as session:
        token = create_token(session, "zhang.wei", "test", days=30)
        stored = session.scalars(select(ApiToken)).one()
        assert token not in stored.token_hash
        assert stored.expires_at == company.clock() + dt.timedelta(days=30)
    with pytest.raises(NotFoundError), company.database.transaction() as session:
        create_token(session, "nobody", "test")


def test_people_who_leave_the_chart_stay_known_and_cannot_sign_in(company: Company) -> None:
    chart = demo_organisation()
    rest = [person for person in chart.people if person.username != "li.na"]
    with company.database.transaction() as session:
        save_organisation(session, OrganisationRecord(departments=chart.departments, groups=chart.groups, people=rest))
        assert session.scalars(select(User.active).where(User.username == "li.na")).one() is False
        assert session.scalars(select(Membership.group).where(Membership.username == "li.na")).all() == []
        assert password_owner(session, "zhang.wei", PASSWORD) == "zhang.wei"


@pytest.mark.parametrize(
    ("person", "complaint"),
    [
        (PersonRecord(username="a", display_name="甲", department=None, superior="b"), "上级"),
        (PersonRecord(username="a", display_name="甲", department="没有"), "部门"),
        (PersonRecord(username="a", display_name="甲", department=None, groups=("没有",)), "岗位"),
    ],
)
def test_a_chart_that_points_to_nobody_is_refused(company: Company, person: PersonRecord, complaint: str) -> None:
    record = OrganisationRecord(departments={}, groups={}, people=[person])
    with pytest.raises(InvalidError, match=complaint), company.database.transaction() as session:
        save_organisation(session, record)
