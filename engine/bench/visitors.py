"""People at their browsers: they sign in, open the pages of their tasks and send the forms."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import urllib3

from engine.bench import cases
from engine.bench.figures import Took, timing
from engine.bench.preparing import PASSWORD, USERNAME
from engine.database import Database

_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass
class Visitor:
    """One person's browser, signed in once."""

    url: str
    database: Database
    _cookies: dict[str, str] = field(default_factory=dict)
    _page: str = ""
    _token: str = ""

    def __post_init__(self) -> None:
        self._http = urllib3.PoolManager(maxsize=1, retries=False)

    def sign_in(self) -> None:
        """Send the form of the sign-in page. Raises RuntimeError."""
        self._send("/sign-in", {"username": USERNAME, "password": PASSWORD}, self._open("/sign-in"))

    def hang_up(self) -> None:
        """Close the connection: a server ends one that was idle for two seconds, perhaps just when it is used again."""
        self._http.clear()

    def look(self, case: int) -> None:
        """Open the page of the one open task of a case. Raises RuntimeError."""
        self.choose(case)
        self._token = self._open(self._page)

    def choose(self, case: int) -> None:
        """Turn to the one open task of a case without opening its page: the page before has the token, too."""
        (task,) = cases.open_tasks(self.database, case)
        self._page = f"/tasks/{task}"

    def send(self, values: Mapping[str, object]) -> Took:
        """Send the form of the chosen task; give how long its answer took. Raises RuntimeError."""
        fields = {name: "true" if value is True else str(value) for name, value in values.items()}
        return self._send(self._page, fields, self._token)

    def complete_all(self, case: int) -> Iterator[Took]:
        """Look at all tasks of a case and complete them, one after the other."""
        for values in cases.ROUND:
            self.look(case)
            yield self.send(values)

    def _open(self, path: str) -> str:
        page = self._ask("GET", path)
        token = _TOKEN.search(page.data.decode())
        if token is None:
            raise RuntimeError(f"{path} answers {page.status} without a form")
        return token[1]

    def _send(self, path: str, fields: Mapping[str, str], token: str) -> Took:
        with timing() as took:
            answer = self._ask("POST", path, {**fields, "csrf_token": token})
        if answer.status not in {302, 303}:
            raise RuntimeError(f"{path} answers {answer.status}")
        return took

    def _ask(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> urllib3.BaseHTTPResponse:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(fields) if fields is not None else None
        answer = self._http.request(method, self.url + path, body=body, headers=headers, redirect=False)
        self._cookies.update(_cookies(answer))
        return answer


def at_once(visitors: Sequence[Visitor], work: Callable[[Visitor, int], Iterable[Took]]) -> list[Took]:
    """Let all visitors work at the same time, each in a thread; give how long all their answers took.

    ``work`` gets a visitor and its place. Raises RuntimeError for the first answer that was none.
    """
    took: list[list[Took]] = [[] for _ in visitors]
    faults: list[str] = []

    def go(place: int) -> None:
        try:
            took[place].extend(work(visitors[place], place))
        except Exception as error:  # noqa: BLE001 - raised again by who waits for the thread
            faults.append(repr(error))

    for visitor in visitors:
        visitor.hang_up()
    threads = [threading.Thread(target=go, args=(place,), daemon=True) for place in range(len(visitors))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(f"the server did not take a completion: {faults[0]}")
    return [one for each in took for one in each]


def _cookies(answer: urllib3.BaseHTTPResponse) -> Iterator[tuple[str, str]]:
    for line in answer.headers.getlist("Set-Cookie"):
        name, _, value = line.partition(";")[0].partition("=")
        yield name, value
