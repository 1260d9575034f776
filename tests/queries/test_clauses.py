"""The table of clauses: every place that names one, the scenarios that prove it, the cases that went there."""

from engine.commands.deploy import deploy
from engine.queries.clauses import ClauseRow, Proof, clause_table
from engine.scenarios import process_files, read_proofs, shared_files
from tests.bpmn.drawing import ROOT
from tests.support.company import Company

POLICIES = [
    "D01-2", "D01-3.2a", "D01-3.2b", "D01-3.2c", "D01-3.3a", "D01-3.3b", "D01-3.4a", "D01-3.4b", "D01-4.1",
    "D01-4.2", "D01-4.3", "D01-5.1", "D06-2.1", "D06-2.2", "D06-2.3", "D06-2.4", "D06-2.5", "D06-4.1", "D06-4.2",
    "D09-1.1", "D09-1.2", "D09-1.3", "D09-1.4", "D09-1.5", "D09-1.6", "D09-2.7", "D09-2.8", "D09-2.9",
    "D09-2.10", "D09-2.11", "D09-3.1", "D09-3.2", "D09-3.3", "D09-3.4",
]  # fmt: skip
"""Every clause of the policies on filing channels, managing accounts and the work of the marketing department."""
PROOF = Proof(process_id="new_channel_filing", id="one", title="一次通过", clauses=("D01-3.2b", "D99-1"))


def _table(company: Company) -> dict[str, ClauseRow]:
    with company.database.reading() as session:
        return {row.clause: row for row in clause_table(session, [PROOF])}


def test_a_clause_is_found_where_the_diagram_names_it_and_the_number_itself_is_not_repeated(company: Company) -> None:
    row = _table(company)["D01-3.2b"]
    assert {"approve_filing", "filing_ready"} <= {place.id for place in row.places}
    assert all("D01" not in place.text and place.text for place in row.places)
    assert [proof.title for proof in row.proofs] == ["一次通过"]


def test_a_gateway_without_a_name_is_told_by_its_ways_or_by_its_kind(company: Company) -> None:
    (place,) = (one for one in _table(company)["D01-3.2b"].places if one.id == "filing_ready")
    assert place.name == "选择网关"
    assert all(place.name for row in _table(company).values() for place in row.places)


def test_a_clause_that_only_a_scenario_names_is_met_nowhere(company: Company) -> None:
    assert _table(company)["D99-1"].places == []
    assert "assumption" not in _table(company)


def test_cases_are_counted_once_however_often_they_passed(company: Company) -> None:
    first, _second = company.start(), company.start()
    company.send_back(first)
    company.correct(first)
    approving = next(place for place in _table(company)["D01-3.2b"].places if place.id == "approve_filing")
    filed = next(place for place in _table(company)["D01-3.2c"].places if place.id == "record_filing")
    assert (approving.cases, filed.cases) == (2, 0)
    assert next(place for place in _table(company)["D01-2"].places if place.kind == "process").cases == 2


def test_clauses_come_in_the_order_of_their_numbers(company: Company) -> None:
    with company.database.reading() as session:
        proofs = [PROOF, Proof(process_id="p", id="two", title="二", clauses=("D09-2.10", "D09-2.9"))]
        order = [row.clause for row in clause_table(session, proofs)]
    assert order.index("D09-2.9") < order.index("D09-2.10") < order.index("D99-1")


def test_the_processes_of_the_repository_leave_no_clause_without_place_and_proof(company: Company) -> None:
    with company.database.transaction() as session:
        deploy(session, shared_files(ROOT), "zeng.rui")
        for folder in sorted(path.parent.name for path in ROOT.glob("bpmn/*/scenarios.json")):
            deploy(session, process_files(ROOT, folder), "zeng.rui")
    with company.database.reading() as session:
        rows = clause_table(session, read_proofs(ROOT))
    assert [row.clause for row in rows if not (row.places and row.proofs)] == []
    met = {row.clause for row in rows if {"element", "rule", "field"} & {place.kind for place in row.places}}
    assert [clause for clause in POLICIES if clause not in met] == []
