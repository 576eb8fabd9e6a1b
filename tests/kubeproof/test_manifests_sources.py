"""Files, folders and standard input."""

import io
from pathlib import Path

import pytest

from kubeproof.manifests.errors import BadManifest, BadManifests
from kubeproof.manifests.loader import load
from kubeproof.manifests.sources import LARGEST


def settings(name: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n"


def mistakes(*paths: object, stdin: io.TextIOBase | None = None) -> tuple[BadManifest, ...]:
    with pytest.raises(BadManifests) as raised:
        load([str(path) for path in paths], stdin)  # type: ignore[arg-type]
    return raised.value.errors


def test_folders_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("c.yaml", "a.yml", "b/z.json", ".git/x.yaml"):
        (tmp_path / name).write_text(settings(Path(name).stem))
    (tmp_path / "readme.md").write_text("no manifest")
    (tmp_path / "d.yaml").write_text("# nothing yet\n")

    loaded = load([str(tmp_path)])

    assert [manifest.name for manifest in loaded.objects] == ["a", "c", "z"]
    assert [(note.file, note.line) for note in loaded.notes] == [(str(tmp_path / "d.yaml"), 1)]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(settings("a"))

    loaded = load([str(tmp_path), str(tmp_path / "a.yaml"), "-", "-"], io.StringIO(settings("b")))

    assert [manifest.name for manifest in loaded.objects] == ["a", "b"]
    assert loaded.objects[1].file == "<stdin>"


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + settings("a").replace("\n", "\r\n").encode())

    [manifest] = load([str(tmp_path / "a.yaml")]).objects

    assert manifest.line(("metadata", "name")) == 4


def test_lists_are_flattened_and_keep_their_lines() -> None:
    text = """\
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: ReplicaSetList
  items: []
- apiVersion: v1
  kind: ConfigMapList
  items:
  - metadata:
      name: a
  - metadata: {name: b}
"""
    loaded = load(["-"], io.StringIO(text))

    assert [(each.kind, each.name, each.document_line) for each in loaded.objects] == [
        ("ConfigMap", "a", 10),
        ("ConfigMap", "b", 12),
    ]
    assert loaded.objects[0].line(("metadata", "name")) == 11
    assert loaded.objects[0].identity == "ConfigMap/default/a"


def test_what_is_not_there(tmp_path: Path) -> None:
    [error] = mistakes(tmp_path / "web.yaml")

    assert str(error).startswith(f"{tmp_path / 'web.yaml'}: there is no such file or folder\n  remedy: check the path")


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(settings("a"))

    assert "cannot be read: Not a directory" in mistakes(tmp_path / "a.yaml" / "b.yaml")[0].message


def test_a_path_that_cannot_be_one() -> None:
    assert "null" in mistakes("a\0b")[0].message


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", None, "is empty"),
        (b" \n\n", None, "is empty"),
        (b"# nothing\n---\n", 1, "no Kubernetes object"),
        (b"a: 1\nb: \xff\xfe", 2, "not UTF-8"),
        (b"a: 1\n\0", 2, "binary"),
        (b"#" * (LARGEST + 1), None, "larger than 16 MiB"),
    ],
    ids=["empty", "blank", "comments", "latin", "binary", "large"],
)
def test_files_that_hold_no_manifest(tmp_path: Path, content: bytes, line: int | None, message: str) -> None:
    (tmp_path / "a.yaml").write_bytes(content)

    [error] = mistakes(tmp_path / "a.yaml")

    assert (error.file, error.line) == (str(tmp_path / "a.yaml"), line)
    assert message in error.message
    assert error.remedy


def test_a_folder_without_manifests(tmp_path: Path) -> None:
    [error] = mistakes(tmp_path)

    assert "no *.yaml, *.yml or *.json file" in error.message


@pytest.mark.parametrize(
    ("marker", "remedy"),
    [("Chart.yaml", "helm template"), ("kustomization.yaml", "kubectl kustomize")],
)
def test_a_folder_that_must_be_rendered_first(tmp_path: Path, marker: str, remedy: str) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / marker).write_text("name: app\n")
    (tmp_path / "app" / "values.yaml").write_text("a: 1\n")

    [error] = mistakes(tmp_path)

    assert error.file == str(tmp_path / "app")
    assert f"{remedy} {tmp_path / 'app'} | kubeproof verify -" in error.remedy


def test_standard_input_that_is_missing_empty_or_no_text() -> None:
    undecoded = io.TextIOWrapper(io.BytesIO(b"a: \xff"), encoding="utf-8")
    escaped = io.TextIOWrapper(io.BytesIO(b"a: \xff"), encoding="utf-8", errors="surrogateescape")

    assert "no standard input" in mistakes("-")[0].message
    assert "wrote nothing" in mistakes("-", stdin=io.StringIO(""))[0].remedy
    assert "not UTF-8" in mistakes("-", stdin=undecoded)[0].message
    assert "not UTF-8" in mistakes("-", stdin=escaped)[0].message


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [\n")
    (tmp_path / "b.yaml").write_text("services:\n  web: {}\n---\n- 1\n")

    errors = mistakes(tmp_path, tmp_path / "c.yaml")

    assert [(Path(error.file).name, error.line) for error in errors] == [
        ("c.yaml", None),
        ("a.yaml", 1),
        ("b.yaml", 1),
        ("b.yaml", 4),
    ]


def test_nothing_at_all_is_a_mistake() -> None:
    assert "no Kubernetes object was found" in mistakes()[0].message
