import ast
import pathlib

HERE = pathlib.Path(__file__).parent
JUDGES = [*HERE.glob("*.py"), *(HERE.parent / "model" / "programs").glob("*.py")]


def imported(path: pathlib.Path) -> set[str]:
    """The top packages a file imports, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            names.add((node.module or "").split(".")[0])
    return names


def called(path: pathlib.Path) -> set[str]:
    """Names of the plain functions a file calls."""
    return {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_the_oracle_imports_nothing_of_the_service() -> None:
    assert len(JUDGES) >= 8
    for path in JUDGES:
        assert "service" not in imported(path), path.name
        assert "importlib" not in imported(path), path.name
        assert not {"__import__", "exec", "eval"} & called(path), path.name


def test_the_oracle_imports_only_itself_and_the_standard_library() -> None:
    allowed = {
        "ast", "calendar", "collections", "contextlib", "copy", "dataclasses", "datetime",
        "fractions", "functools", "math", "pathlib", "pytest", "tests", "typing", "zoneinfo",
    }  # fmt: skip
    for path in JUDGES:
        assert imported(path) <= allowed, (path.name, imported(path) - allowed)


def test_of_the_tests_it_imports_only_the_oracle() -> None:
    for path in JUDGES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if module and module.startswith("tests"):
                assert module.startswith(("tests.oracle", "tests.model.programs")), path.name
