"""Laws that hold for every value: what is written can be read back, and comparing never depends on how it was kept."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from syncengine.canonical import decode, encode
from syncengine.clock import to_text
from syncengine.model.value import plain
from syncengine.plan.conversion import Conversion, Dialect, normaliser
from syncengine.plan.conversions import address, money
from syncengine.plan.conversions.reference import reference
from syncengine.plan.conversions.scalar import scalar
from syncengine.plan.conversions.text import clean
from syncengine.plan.conversions.verification import verification
from syncengine.plan.conversions.words import one_of, spelled_word, word_table
from syncengine.plan.plan import UnreadableError
from syncengine.vocabulary import FieldType as T
from syncengine.vocabulary import VerificationStatus

DIALECTS = (Dialect(), Dialect(time="unix"), Dialect(time="native", tables=True))
dialects = st.sampled_from(DIALECTS)

texts = st.text(st.characters(exclude_categories=("Cs", "Cc"))).map(clean).filter(bool)
whole_seconds = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)).map(
    lambda moment: to_text(moment.replace(microsecond=0, tzinfo=UTC))
)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9).map(plain)
NORMAL_FORMS = {
    T.TEXT: texts,
    T.PERSON_NAME: texts,
    T.INTEGER: st.integers(-(10**18), 10**18),
    T.DECIMAL: decimals,
    T.BOOLEAN: st.booleans(),
    T.DATE: st.dates().map(date.isoformat),
    T.TIMESTAMP: whole_seconds,
    T.COUNTRY: st.from_regex(r"[A-Z]{2}", fullmatch=True),
    T.CURRENCY: st.from_regex(r"[A-Z]{3}", fullmatch=True),
    T.LANGUAGE: st.from_regex(r"[a-z]{2}(-[a-z]{2,4})?", fullmatch=True),
    T.EMAIL: st.from_regex(r"[a-z0-9.]{1,20}@[a-z0-9.]{1,20}", fullmatch=True),
    T.PHONE: st.from_regex(r"\+[1-9][0-9]{5,13}", fullmatch=True),
    T.WEB_DOMAIN: st.from_regex(r"[a-z]{4,9}(\.[a-z]{2,8}){1,2}", fullmatch=True),
    T.VAT_NUMBER: st.from_regex(r"[A-Z]{2}[0-9]{6,12}", fullmatch=True),
}
scalars = st.sampled_from(sorted(NORMAL_FORMS)).flatmap(lambda kind: st.tuples(st.just(kind), NORMAL_FORMS[kind]))
currencies = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CLF", "ISK"])
amounts = st.builds(
    lambda units, currency: {"currency": currency, "minor": units}, st.integers(-(10**20), 10**20), currencies
)
anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=True),
    st.text(),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(), st.integers(), max_size=2),
    st.sampled_from(["1e5", "2026-01-31 00:00:00", "www.www.a.b", "+49 1", "00491234567", "1.50", "TRUE", "de"]),
    whole_seconds,
    decimals,
)


@given(scalars, dialects)
def test_what_was_written_reads_as_what_was_meant(scalar_value: tuple[T, object], dialect: Dialect) -> None:
    kind, value = scalar_value
    conversion = scalar(kind, dialect)
    assert conversion.read(conversion.write(value)) == value


@given(scalars, dialects)
def test_what_is_written_is_plain_json_and_normal_as_it_is(scalar_value: tuple[T, object], dialect: Dialect) -> None:
    kind, value = scalar_value
    conversion = scalar(kind, dialect)
    spelled = conversion.write(value)
    assert decode(encode(spelled)) == spelled
    assert normaliser(conversion)(spelled) == spelled


@given(amounts, st.sampled_from(["minor", "major"]), dialects)
def test_money_survives_every_way_of_counting_it(value: dict[str, object], unit: str, dialect: Dialect) -> None:
    spelled = money.writer("a.b", "c", unit, dialect)(value)
    content = {"a": {"b": spelled["a.b"]}, "c": str(spelled["c"]).lower()}
    assert money.reader("a.b", "c", unit, dialect)(content) == value
    normal = normaliser(money.amount(unit, dialect))
    assert normal(normal(spelled["a.b"])) == normal(spelled["a.b"])
    assert decode(encode(dict(spelled))) == spelled


@given(amounts)
def test_a_numeric_column_gives_back_the_amount_that_was_written(value: dict[str, object]) -> None:
    dialect = Dialect(tables=True)
    spelled = money.writer("a", "c", "major", dialect)(value)["a"]
    column = Decimal(spelled).quantize(Decimal("0.0000"), context=None) if len(spelled) < 20 else Decimal(spelled)
    normal = normaliser(money.amount("major", dialect))
    assert normal(column) == normal(spelled)


@given(st.dictionaries(st.sampled_from(["street", "line2", "city", "region", "postal_code"]), texts, min_size=1))
def test_an_address_survives_whatever_parts_it_has(value: dict[str, str]) -> None:
    places = {part: part.upper() for part in ("street", "line2", "city", "region", "postal_code", "country")}
    for dialect in DIALECTS:
        assert address.reader(places, dialect)(address.writer(places)(value)) == value


@given(st.dictionaries(texts, texts, min_size=1), st.data())
def test_a_table_that_is_one_to_one_is_read_and_written(words: dict[str, str], data: st.DataObject) -> None:
    table = word_table({ours: (theirs,) for theirs, ours in words.items()})
    conversion = one_of(tuple(words.values()), table)
    ours = data.draw(st.sampled_from(sorted(set(words.values()))))
    spelled = conversion.write(ours)
    assert conversion.read(spelled) == ours
    assert normaliser(spelled_word())(spelled) == spelled


@given(st.sampled_from(VerificationStatus))
def test_a_status_survives_in_our_own_words(status: VerificationStatus) -> None:
    conversion = verification(None)
    assert conversion.read(conversion.write({"status": str(status)})) == {"status": str(status)}


def _conversions(dialect: Dialect) -> tuple[Conversion, ...]:
    scalars_of = (scalar(kind, dialect) for kind in NORMAL_FORMS)
    return (*scalars_of, money.amount("minor", dialect), money.amount("major", dialect), spelled_word(), money.currency)


@given(anything, dialects)
def test_normalising_twice_is_normalising_once_for_whatever_a_target_holds(raw: object, dialect: Dialect) -> None:
    for conversion in _conversions(dialect):
        normal = normaliser(conversion)
        once = normal(raw)
        assert once is None or isinstance(once, str | int | bool)
        assert normal(once) == once


@given(anything, dialects)
def test_reading_anything_gives_a_value_or_the_one_error(raw: object, dialect: Dialect) -> None:
    closed = (verification(None), one_of(("a",), None), reference("account.crm", dialect))
    for conversion in (*_conversions(dialect), *closed):
        if raw is None:
            continue
        try:
            value = conversion.read(raw)
        except UnreadableError:
            continue
        if conversion.write is not money.major_text:
            encode(value)
