"""Every page there is: of the rules that judge a map, and of what is refused before it can be judged."""

from collections.abc import Mapping
from typing import Final

from syncengine.check.refusals import (
    expression_syntax,
    file_name,
    language_version,
    map_too_large,
    missing_file,
    missing_folder,
    missing_key,
    one_person,
    reserved_name,
    unknown_environment,
    unknown_file,
    unreadable_file,
    wrong_type,
    wrong_value,
    yaml_alias,
    yaml_anchor,
    yaml_directive,
    yaml_documents,
    yaml_duplicate_key,
    yaml_empty_file,
    yaml_empty_value,
    yaml_invisible,
    yaml_key,
    yaml_merge,
    yaml_not_utf_8,
    yaml_syntax,
    yaml_tag,
    yaml_too_deep,
    yaml_too_large,
)
from syncengine.check.register import RULES
from syncengine.check.rule import Page

REFUSALS: Final[tuple[Page, ...]] = (
    yaml_syntax,
    yaml_tag,
    yaml_anchor,
    yaml_alias,
    yaml_merge,
    yaml_documents,
    yaml_directive,
    yaml_key,
    yaml_duplicate_key,
    yaml_empty_value,
    yaml_empty_file,
    yaml_too_deep,
    yaml_too_large,
    yaml_not_utf_8,
    yaml_invisible,
    missing_key,
    wrong_type,
    wrong_value,
    language_version,
    reserved_name,
    file_name,
    unknown_file,
    missing_file,
    missing_folder,
    unreadable_file,
    map_too_large,
    unknown_environment,
    expression_syntax,
    one_person,
)

PAGES: Final[Mapping[str, Page]] = {page.ID: page for page in (*RULES, *REFUSALS)}
"""By rule id: first the rules in the order in which harm is prevented, then the refusals."""
