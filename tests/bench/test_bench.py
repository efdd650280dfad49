"""A measurement that went wrong is not reported as a figure, and what is measured is what Tenor does."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import msgspec
import pytest

from bench import cpu, limit, load, report, subject
from bench.load import Load, order_body
from bench.report import Measured, Spent, Used
from bench.subject import BenchError, Keys, Postgres
from tenor.base.wire import Decoder
from tenor.core.orders import rules, store
from tenor.faces.backd import mapping, wire

KEYS = Keys("018f0000-0000-7000-8000-000000000001", "pk_test_a", "sk_test_b")
POSTGRES = Postgres("18.6", "on", "on", None)


def _done(**changed: int) -> str:
    seen = {"microseconds": 8_000_000, "answers": 16_000, "refused": 0, "broken": 0}
    seen |= {"p50_us": 5_000, "p99_us": 12_000, "longest_us": 20_000}
    return (
        "Running 8s test @ http://127.0.0.1:8000\n  1 threads\n" + msgspec.json.encode(seen | changed).decode() + "\n"
    )


def test_a_run_of_wrk_is_read_in_orders_a_second_and_milliseconds() -> None:
    assert load.load_of(16, _done()) == Load(16, 2000.0, 5.0, 12.0, 20.0, 16_000)


@pytest.mark.parametrize("wrong", [{"refused": 1}, {"broken": 1}, {"answers": 0}], ids=lambda wrong: next(iter(wrong)))
def test_one_answer_other_than_200_spoils_a_run(wrong: dict[str, int]) -> None:
    with pytest.raises(BenchError):
        load.load_of(16, _done(**wrong))


def test_a_run_without_figures_is_none() -> None:
    with pytest.raises(BenchError, match="without its figures"):
        load.load_of(16, "unable to connect to 127.0.0.1:1 Connection refused\n")


def test_the_order_that_is_sent_has_ten_items_and_two_addresses_and_adds_up() -> None:
    new = mapping.new_order(Decoder(wire.CreateOrder).decode(order_body("a-reference")), "USD")
    assert len(new.detail.items) == 10
    assert new.detail.billing is not None
    assert new.detail.shipping is not None
    assert new.detail.billing.address != new.detail.shipping.address
    assert rules.number_problems(new.amounts, new.detail.items, "USD") == []


def test_the_request_stays_as_long_as_it_says_under_each_reference(tmp_path: Path) -> None:
    load.write_request(tmp_path / "request", "http://127.0.0.1:8000", KEYS)
    assert (tmp_path / "request").stat().st_mode & 0o077 == 0
    head, _, body = (tmp_path / "request").read_bytes().partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    script = (Path(load.__file__).parent / "create_order.lua").read_text()
    placeholder = "@" * int(re.findall(r'rep\("@", (\d+)\)', script)[0])
    assert body.count(placeholder.encode()) == 1
    assert body.count(b"@" + placeholder.encode()) == 0
    reference = re.findall(r'format\("(%s-%03d-%011d)"', script)[0] % ("0123abcd", 1, 1)
    assert len(reference) == len(placeholder)


def _columns(sql: str, table: str) -> list[list[str]]:
    """The columns of each INSERT into a table, in order."""
    return [re.findall(r"\w+", names) for names in re.findall(rf"INSERT INTO {table} \(([^)]*)\)", sql)]


@pytest.mark.parametrize("script", [limit.ONE_STATEMENT, limit.SEVERAL_STATEMENTS], ids=lambda script: script.stem)
@pytest.mark.parametrize("table", ["orders", "events"])
def test_pgbench_writes_the_columns_that_tenor_writes(script: Path, table: str) -> None:
    ours = _columns(store._INSERT, table)
    assert len(ours) == 1
    assert _columns(script.read_text(), table) == ours


def test_pgbenchs_transactions_a_second_are_read_from_its_report() -> None:
    said = "number of transactions actually processed: 8210\nnumber of failed transactions: 0 (0.000%)\ntps = 4105.2 (w"
    assert limit.tps_of(said) == 4105.2
    for wrong in (said.replace(": 0 (", ": 1 ("), "pgbench: error: connection to server failed"):
        with pytest.raises(BenchError):
            limit.tps_of(wrong)


@pytest.mark.parametrize(
    ("url", "address", "password"),
    [
        ("postgresql://tenor:a%2Fb@db.example.com/t", "postgresql://tenor@db.example.com/t", "a/b"),
        ("postgresql://tenor:x@/t?host=/run/p&port=5432", "postgresql://tenor@/t?host=/run/p&port=5432", "x"),
        ("postgresql://db.example.com:5433/t", "postgresql://db.example.com:5433/t", ""),
    ],
)
def test_no_password_stands_on_a_command_line(url: str, address: str, password: str) -> None:
    assert limit._without_password(url) == (address, password)


def _measured() -> Measured:
    seen = Measured(POSTGRES, load_average=0.1, seconds=8, workers=2)
    seen.few = [Load(16, rps, p50, p99, 99.0, 1) for rps, p50, p99 in ((900, 7, 30), (2000, 9, 20), (2100, 8, 10))]
    seen.many = [Load(64, 3000, 20, 40, 99.0, 1)]
    seen.several_statements, seen.one_statement = [4000.0, 5000.0, 1.0], [8000.0, 9000.0, 7000.0]
    seen.answered, seen.stored = 12_345, 12_361
    return seen


def test_each_figure_is_the_median_of_the_runs() -> None:
    found = report.figures(_measured())
    wanted = {"rps_16": 2000, "p50_ms_16": 8, "p99_ms_16": 20, "rps_64": 3000, "p99_ms_64": 40, "ratio_16": 0.25}
    assert wanted.items() <= found["create_order"].items()
    assert found["limit"] == {"several_statements_tps": 4000.0, "one_statement_tps": 8000.0}
    assert found["peers"] == {}


def test_the_file_and_the_table_tell_the_same_and_say_that_it_is_durable(tmp_path: Path) -> None:
    found = report.figures(_measured())
    report.write(found, tmp_path / "build" / "bench.json")
    assert msgspec.json.decode((tmp_path / "build" / "bench.json").read_bytes())["create_order"]["rps_16"] == 2000
    told = report.table(found)
    for part in ("2,000", "3,000", "4,000", "8,000", "25%", "12,345", "12,361", "fsync on, synchronous_commit on"):
        assert part in told
    assert "Other programs" not in told


def test_what_others_used_of_the_machine_is_told_when_it_matters() -> None:
    seen = _measured()
    before = Spent(tenor=1.0, postgres=2.0, tools=0.0, machine=(10.0, 100.0))
    after = Spent(tenor=3.0, postgres=3.5, tools=0.5, machine=(18.0, 116.0))
    seen.used = [Used.between(before, after, 4000)]
    assert seen.used == [Used(tenor_us=500.0, postgres_us=375.0, others=0.25)]
    told = report.table(report.figures(seen))
    assert "500 us in Tenor, 375 us in PostgreSQL" in told
    assert "Other programs used 25% of the machine" in told


def test_where_processor_times_are_not_told_none_are_made_up() -> None:
    nothing = Spent(tenor=None, postgres=None, tools=0.0, machine=None)
    assert Used.between(nothing, nothing, 10) == Used(None, None, None)


async def test_orders_that_would_not_survive_a_power_cut_are_not_measured(database_url: str) -> None:
    durable = await asyncio.to_thread(subject.durable_postgres, database_url)
    assert (durable.fsync, durable.synchronous_commit) == ("on", "on")
    mark = "&" if "?" in database_url else "?"
    with pytest.raises(BenchError, match="synchronous_commit is off"):
        await asyncio.to_thread(subject.durable_postgres, f"{database_url}{mark}synchronous_commit=off")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processor times are read from /proc")
def test_processor_time_is_counted_in_seconds() -> None:
    before = cpu.spent(os.getpid())
    sum(number * number for number in range(3_000_000))
    after = cpu.spent(os.getpid())
    assert before is not None
    assert after is not None
    assert 0 < after - before < 60
    assert cpu.spent(None) is None
    assert cpu.spent(2**22 + 1) is None
    worked, there_were = cpu.of_machine() or (0, 0)
    assert 0 < worked < there_were
