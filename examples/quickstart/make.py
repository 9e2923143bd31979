"""Make a company: a drop folder of captured deliveries, the provider's records as they stand in the end, and what
people had in the CRM and the ERP before.

    python examples/quickstart/make.py                                  # what is committed here
    python examples/quickstart/make.py --seed 7 --customers 9 --out DIR # another company of the same kind

The same arguments make the same bytes on every machine. DIR can be run like this folder: it gets a copy of the map and
of what makes the databases. `--truth FILE` writes down what is true in the end.
"""

import argparse
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from before import rows
from company import Charge, Company, Customer, Invoice, Payment, Subscription
from deliveries import Delivered, deliveries
from stories import tell
from stripe_shapes.event import shape

HERE = Path(__file__).parent
FOLDERS = {
    Customer: "customers",
    Subscription: "subscriptions",
    Invoice: "invoices",
    Payment: "payment_intents",
    Charge: "charges",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--customers", type=int, default=12)
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--truth", type=Path)
    args = parser.parse_args()
    company = tell(args.seed, args.customers)
    write_inbox(deliveries(company, args.seed), args.out / "inbox")
    write_snapshots(company, args.out / "snapshots")
    for name, tables in rows(company).items():
        (args.out / f"{name}.json").write_bytes(_json(tables))
    if args.out.resolve() != HERE.resolve():
        copy_the_rest(args.out)
    if args.truth:
        args.truth.write_bytes(_json(company.truth()))


def copy_the_rest(folder: Path) -> None:
    """What is the same for every company: the map, and what makes the databases."""
    shutil.copytree(HERE / "mappings", folder / "mappings", dirs_exist_ok=True)
    for name in ("databases.py", "crm.sql", "erp.sql"):
        shutil.copy(HERE / name, folder)


def write_inbox(sent: list[Delivered], folder: Path) -> None:
    """One file for each month in which something came."""
    _empty(folder)
    for each in sent:
        month = datetime.fromtimestamp(each.received_at, UTC).strftime("%Y-%m")
        with (folder / f"{month}.jsonl").open("a", encoding="utf-8", newline="\n") as file:
            file.write(each.line() + "\n")


def write_snapshots(company: Company, folder: Path) -> None:
    """What a GET of each record would answer today."""
    _empty(folder)
    owners = {c.id: c for c in company.every(Customer)}
    for thing in company.things.values():
        place = folder / FOLDERS[type(thing)]
        place.mkdir(exist_ok=True)
        (place / f"{thing.id}.json").write_bytes(_json(shape(thing, owners)))


def _json(content: object) -> bytes:
    return json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n"


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


if __name__ == "__main__":
    main()
