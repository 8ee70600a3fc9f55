"""The ids that the examples name; a test puts those of its own records in their place."""

from typing import Final

PROJECT_ID: Final = "proj_123"
OPERATION_ID: Final = "op_0199b2c8a4d0000041f7be29a35d6e07"
CONTACT_ID: Final = "con_0199b2c8a4d0000041f7be29a35d6e07"
COMPANY_ID: Final = "com_0199b2c8b1e80000d3704c18fe92ab65"
STAGE_ID: Final = "stg_0199b2c8c3a100005be8f60721d94c3a"
OTHER_STAGE_ID: Final = "stg_0199b2c8c92f0000e01a7d53b6480f9c"
KEY_ID: Final = "key_0199b2c8d74600008f25a9e4c0137bd6"
SIGNER_ID: Final = "sec_0199b2c8e5f2000036c1d80b97fa4e25"
DEAD_LETTER_ID: Final = "op_0199b2c8f3090000a7e2459d6c81b30f"
OTHER_DEAD_LETTER_ID: Final = "op_0199b2c904b70000c93d5e18702fa6b4"
DOCS_VERSION: Final = "4f0a7bd29c6e1835"
EVENT_ID: Final = "act_0199b2c8a4d0000041f7be29a35d6e07_0"
