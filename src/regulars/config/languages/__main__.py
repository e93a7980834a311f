"""Look after the languages, for people who write or translate texts: `make languages` runs `update`."""

import argparse
import json
import sys
from pathlib import Path

from regulars.config.languages.build import build
from regulars.config.languages.catalogues import LANGUAGES, Key, missing, read, update, write
from regulars.config.languages.collect import collect


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m regulars.config.languages", description=__doc__)
    deeds = parser.add_subparsers(dest="deed", required=True)
    deeds.add_parser("update", help="collect all texts, bring the .po files up to date, and compile them")
    deeds.add_parser("compile", help="compile the .po files into what is served")
    deeds.add_parser("missing", help="list what is not translated, a JSON line each")
    fill = deeds.add_parser("fill", help="put translations in: JSON lines with id, context and the text as t")
    fill.add_argument("language", choices=sorted(LANGUAGES))
    fill.add_argument("file", type=Path)
    asked = parser.parse_args()
    match asked.deed:
        case "compile":
            said = f"{build()} catalogues are compiled."
        case "missing":
            said = _list_missing()
        case "fill":
            given = _read_lines(asked.file)
            write(asked.language, update(asked.language, collect(), given))
            said = f"{len(given)} translations are put in."
        case _:
            said = _update()
    sys.stdout.write(said + "\n")
    return 0


def _update() -> str:
    messages = collect()
    said = []
    for language in LANGUAGES:
        write(language, update(language, messages))
        lacking = sum(1 for _message in missing(language, messages))
        said.append(f"{language}: {len(read(language))} messages, {lacking} not translated")
    return "\n".join([*said, f"{build()} catalogues are compiled."])


def _list_missing() -> str:
    messages = collect()
    lines: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for message in missing(language, messages):
            said = {"id": message.id if isinstance(message.id, str) else message.id[0]}
            if not isinstance(message.id, str):
                said["plural"] = message.id[1]
            if message.context:
                said["context"] = message.context
            if message.auto_comments:
                said["told"] = " ".join(message.auto_comments)
            said["where"] = " ".join(sorted({place for place, _line in message.locations}))
            lines.setdefault(json.dumps(said, ensure_ascii=False), []).append(language)
    return "\n".join(f"{line[:-1]}, {json.dumps('in')}: {json.dumps(languages)}}}" for line, languages in lines.items())


def _read_lines(path: Path) -> dict[Key, str]:
    said = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    return {(each["id"], each.get("context")): each["t"] for each in said if each.get("t")}


if __name__ == "__main__":
    sys.exit(main())
