"""The page of JSON documents, and the file of their schemas: learnt from what the commands print."""

import json
from functools import lru_cache
from typing import Any

from tests.docs.markdown import code, page, table
from tests.docs.samples import Sample, samples
from tests.docs.shapes import fields_of, schema_of
from tests.docs.source_schemas import fields_beside, schema_names

# What no command of `samples` prints: it takes minutes, a person, somebody's server, or is a file.
ELSEWHERE = {
    "geoflow.bench-improve/1": "`geoflow bench improve --json`: rounds, arms and whether the loop got better",
    "geoflow.bench-model/1": "`geoflow bench model --json`: speed, form, honesty and right answers of the model",
    "geoflow.health/1": "`/health` of `geoflow monitor serve`: that it answers, and the commit that is checked out",
    "geoflow.monitor-history/1": "`/api/history` of `geoflow monitor serve`: measures over many commits",
    "geoflow.monitor-serve/1": "`geoflow monitor serve --json`: the address, in the first line",
    "geoflow.call/1": "a line of `.git/geoflow/transcript.jsonl`: one call of a model",
    "geoflow.evolve/1": "`geoflow improve --evolve --json`: the texts of a prompt that were tried",
    "geoflow.journal/1": "the journal of a run in the git folder, from which a killed run goes on",
    "geoflow.live/1": "`geoflow monitor live --once --json`: machine, model, calls, what runs, last runs, newest measures",
    "geoflow.learn-run/1": "the record of a run of `geoflow improve --learn`, kept with its branch",
    "geoflow.mcp-call/1": "`geoflow mcp call --json`: the result of a tool",
    "geoflow.model-pull/1": "`geoflow model pull --json`: the model and where it lies",
    "geoflow.model-use/1": "`geoflow model use --json`: the model that was chosen, and in which file",
    "geoflow.review-response/1": "`geoflow review --decline --json`: the answer to an open finding",
    "geoflow.run/1": "the record of a run of `geoflow improve`, kept below `refs/geoflow/runs/`",
    "geoflow.trusted/1": "the file in your own folder of what you trust",
    "geoflow.watch/1": "`geoflow watch --json`: a line for each look",
}
SCHEMA_FILE = "json-schemas.json"
_ABOUT = f"""
Every document has a field `schema`, such as `geoflow.review/1`. The number grows when a field goes or changes its meaning;
more fields may come at any time. The fields below were found in what the commands print on small repositories: *always* means
in every document that was looked at. The same is a JSON Schema, for programs, in [{SCHEMA_FILE}]({SCHEMA_FILE}), a definition
for each schema.
"""


@lru_cache(maxsize=1)
def documents() -> dict[str, tuple[Sample, ...]]:
    """Give the samples by the name of their definition: the schema, and the command where several print it otherwise."""
    found = list(samples())
    names = sorted({one.schema for one in found})
    grouped: dict[str, tuple[Sample, ...]] = {}
    for name in names:
        own = [one for one in found if one.schema == name]
        by_command = {
            command: [one for one in own if one.command == command]
            for command in dict.fromkeys(one.command for one in own)
        }
        forms = {command: _common(given) for command, given in by_command.items()}
        if len(set(map(frozenset, forms.values()))) > 1 and name != "geoflow.error/1":
            grouped |= {f"{name} {command}": tuple(given) for command, given in by_command.items()}
        else:
            grouped[name] = tuple(own)
    return grouped


def _common(given: list[Sample]) -> set[str]:
    return set.intersection(*(set(one.document) for one in given))


@lru_cache(maxsize=1)
def definitions() -> dict[str, dict[str, Any]]:
    """Give the JSON Schema of each definition."""
    return {name: schema_of([one.document for one in given]) for name, given in documents().items()}


def schema_file() -> str:
    """Write all definitions as one JSON Schema document."""
    about = "What geoflow prints with --json. Learnt from samples; more fields may come at any time."
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", "description": about, "$defs": definitions()}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def undescribed() -> list[str]:
    """List schemas that no sample has and nobody describes."""
    sampled = {name.split(" ")[0] for name in definitions()}
    return [name for name in schema_names() if name not in sampled and name not in ELSEWHERE]


def json_page() -> str:
    """Write it."""
    told = definitions()
    index = [(code(name), _printed_by(name)) for name in told]
    rest = [
        (code(name), ELSEWHERE.get(name, "(no description yet)"), _beside(name))
        for name in schema_names()
        if name in _unsampled()
    ]
    return page(
        "JSON documents",
        _ABOUT,
        table(("schema", "printed by"), index),
        *(_section(name, schema) for name, schema in told.items()),
        "## Others\n",
        "These take minutes, a model, a person or somebody's server to print, or are files. Fields are those that the source "
        "names beside the schema; there can be more.\n",
        table(("schema", "is", "fields"), rest),
    )


def _unsampled() -> set[str]:
    return set(schema_names()) - {name.split(" ")[0] for name in definitions()}


def _printed_by(name: str) -> str:
    if name == "geoflow.error/1":
        return "every command that fails as may be expected"
    return ", ".join(map(code, dict.fromkeys(one.typed for one in documents()[name])))


def _beside(name: str) -> str:
    return ", ".join(code(field) for field in fields_beside(name) if field != "schema")


def _section(name: str, schema: dict[str, Any]) -> str:
    rows = [(code(place), kind, "always" if always else "at times") for place, kind, always in fields_of(schema)]
    return f"## {name}\n\nPrinted by {_printed_by(name)}.\n\n{table(('field', 'type', 'there'), rows)}"
