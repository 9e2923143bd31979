"""An object stands in a file of another name.

Why: whoever looks for the object opens the file of its name.
Remedy: rename the file, or the object.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "object/file-name"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
object: account
"""
FAILS: Final = """
# objects/account.yaml
object: customer
"""
