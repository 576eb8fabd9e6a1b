"""YAML and JSON as kubectl reads them, with the line of every value."""

import pytest

from kubeproof.manifests.errors import BadManifest
from kubeproof.manifests.yaml_lines import Document, read_documents


def read(text: str) -> list[Document]:
    documents, errors = read_documents(text, "web.yaml")
    assert errors == []
    return documents


def mistakes(text: str) -> list[BadManifest]:
    return read_documents(text, "web.yaml")[1]


# what kubectl 1.32 made of each, unquoted
KUBECTL = [
    ("yes", True),
    ("y", True),
    ("ON", True),
    ("no", False),
    ("N", False),
    ("off", False),
    ("oN", "oN"),
    ("", None),
    ("~", None),
    ("NULL", None),
    ("0o_7", 7),
    ("0b_", "0b_"),
    ("-0b11", -3),
    ("0X1f", 31),
    ("-0x1", -1),
    ("0x_1", 1),
    ("0x", "0x"),
    ("0b2", "0b2"),
    ("0o18", "0o18"),
    ("014", 12),
    ("0_14", 12),
    ("-012", -10),
    ("08", 8),
    ("08.5", 8.5),
    ("+0o17", 15),
    ("1__0", 10),
    ("5_", 5),
    ("_1", "_1"),
    ("+_1", 1),
    (".5", 0.5),
    ("._5", "._5"),
    (".5_5", 0.55),
    (".1_", ".1_"),
    ("1.", 1),
    ("1e3", 1000),
    ("1.e5", 100000),
    ("1_0e5", 1000000),
    ("1e", "1e"),
    ("-0", 0),
    ("1.5e3", 1500),
    ("1e-1000", 0),
    ("1e400", "1e400"),
    ("-9223372036854775809", -9223372036854776000),
    ("18446744073709551615", 18446744073709551615),
    ("18446744073709551616", 18446744073709552000),
    ("100000000000000000000000", 1e23),
    ("0xffffffffffffffffff", "0xffffffffffffffffff"),
    ("9" * 400, "9" * 400),
    ("Infinity", "Infinity"),
    ("nan", "nan"),
    ("12:30", "12:30"),
    ("22:22", "22:22"),
    ("2024-01-01", "2024-01-01"),
    ("2001-01-01T00:00:00Z", "2001-01-01T00:00:00Z"),
    ("=", "="),
    ('"5"', "5"),
    ("!!str 5", "5"),
    ("!!str", ""),
    ('!!int "0x10"', 16),
    ("!!float 3", 3),
    ("!!bool yes", True),
    ("!!binary aGk=", "hi"),
    ("!foo 5", "5"),
    ("!!set {a}", {"a": None}),
]


@pytest.mark.parametrize(("text", "value"), KUBECTL, ids=[text[:25] for text, _ in KUBECTL])
def test_a_scalar_is_what_kubectl_makes_of_it(text: str, value: object) -> None:
    [document] = read(f"a: {text}")

    assert document.data == {"a": value}
    assert type(document.data["a"]) is type(value)


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan"])
def test_a_number_that_json_does_not_have_is_refused(text: str) -> None:
    [error] = mistakes(f"a: 1\nb: {text}")

    assert error.line == 2
    assert "JSON" in error.message


@pytest.mark.parametrize("text", ["!!int 1.5", "!!bool 1", "!!null foo"])
def test_a_value_must_be_what_its_tag_says(text: str) -> None:
    [error] = mistakes(f"a: {text}")

    assert "tag" in error.message


def test_keys_are_text_as_in_json() -> None:
    [document] = read("y: 1\n0x10: 2\n1e3: 3\n1.25: 4\nno: 5")

    assert document.data == {"true": 1, "16": 2, "1000": 3, "1.25": 4, "false": 5}


def test_a_merge_key_takes_over_entries_as_kubectl_does() -> None:
    [document] = read("a: &a {k: 1}\nb: &b {k: 2, m: 3}\nc: {<<: [*a, *b], z: 0}\nd: {<<: *a, k: 5}\ne: {k: 5, <<: *a}")

    assert document.data["c"] == {"k": 1, "m": 3, "z": 0}
    assert document.data["d"] == {"k": 5}
    assert document.data["e"] == {"k": 1}  # kubectl lets a later << win
    assert document.lines.at(("c", "m")) == 2


def test_every_value_has_its_line() -> None:
    [first, second] = read("# one\na:\n  b:\n  - c: 1\n\n  - d\n---\n\nz: [1,\n 2]\n")

    assert first.lines.line == 2
    assert first.lines.at(("a", "b")) == 3
    assert first.lines.at(("a", "b", 0, "c")) == 4
    assert first.lines.at(("a", "b", 1)) == 6
    assert first.lines.at(("a", "missing", 3)) == 2
    assert second.lines.line == 9
    assert second.lines.at(("z", 1)) == 10


def test_lines_are_counted_as_editors_count_them() -> None:
    [document] = read('a: "one\u2028two\x85three"\nb: 1\n')

    assert document.lines.at(("b",)) == 2


def test_json_objects_may_follow_one_another_and_have_surrogates() -> None:
    [first, second] = read('{"a": "\\ud83d\\ude00 \\\\ud83d \\/"}\n\n{\n\t"b": 1}')

    assert first.data == {"a": "\N{GRINNING FACE} \\ud83d /"}
    assert second.lines.at(("b",)) == 4


def test_empty_documents_are_skipped() -> None:
    assert [document.data for document in read("---\n# nothing\n---\na: 1\n---\nnull\n...\n")] == [{"a": 1}]


def test_reading_goes_on_after_a_mistake() -> None:
    documents, errors = read_documents("a: 1\n---\nb: [\n---\nc: 3\n---\nd: 1\nd: 2\n--- # last\ne: 5", "web.yaml")

    assert [document.data for document in documents] == [{"a": 1}, {"c": 3}, {"e": 5}]
    assert [error.line for error in errors] == [4, 8]


MISTAKES = [
    ("a: 1\nb: [", 2, "did not find expected node", "brackets"),
    ("a: b\n\tc: d", 2, "tab", "spaces"),
    ("a: 1\nb: \x01", 2, "U+0001", "delete"),
    ("a: @x", 1, "cannot start any token", "quotes"),
    ("a: 1\nb: 2\na: 3", 3, "'a' is given twice, here and in line 1", "keep one"),
    ('1: a\n"1": b', 2, "given twice", "keep one"),
    ("a: 1\n~: 2", 2, "key must not be empty", "name"),
    ("? [a]\n: 1", 1, "key must be text", "quotes"),
    ("a:\n  <<: 3", 2, "<< takes a mapping", "alias"),
    ("a: 1\n{{- if .Values.b }}\nb: 2\n{{- end }}", 2, "a template", "helm template"),
    ("a: 1\nb: &b [*b]", 2, "inside what it names", "write the value out"),
    ("a: *b", 1, "undefined alias", "quotes"),
    ("[" * 2000, 1, "nesting", "brackets"),
    ("- " * 101 + "a", 1, "more than 100 levels", "flatten"),
]


@pytest.mark.parametrize(("text", "line", "message", "remedy"), MISTAKES, ids=[each[2] for each in MISTAKES])
def test_a_mistake_has_a_line_and_a_remedy(text: str, line: int, message: str, remedy: str) -> None:
    [error] = mistakes(text)

    assert (error.file, error.line) == ("web.yaml", line)
    assert message in error.message
    assert remedy in error.remedy


def test_a_yaml_bomb_is_refused_before_it_goes_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]

    [error] = mistakes("\n".join(lines))

    assert "YAML bomb" in error.message
    assert error.line == 7


def test_aliases_cannot_nest_deeper_than_what_is_written_out() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 300)]

    [error] = mistakes("\n".join(lines))

    assert "more than 100 levels" in error.message


def test_many_mistakes_end_the_reading() -> None:
    assert len(mistakes("---\nb: [\n" * 1000)) == 20


def test_a_document_with_too_many_values_is_refused_before_it_takes_up_memory() -> None:
    [error] = mistakes("a:\n" + "- \n" * 1_000_100)

    assert "more than 1,000,000 values" in error.message
    assert error.line == 999_999
