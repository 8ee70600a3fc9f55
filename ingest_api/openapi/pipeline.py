"""The pipeline's stages in words (contract §11)."""

from ingest_api.openapi.account import listing, removing, writing
from ingest_api.openapi.description import Description, Example, RouteKey
from ingest_api.openapi.example_ids import OTHER_STAGE_ID, STAGE_ID
from ingest_api.openapi.example_records import STAGES
from ingest_api.openapi.parameters import path_id, query_text
from ingest_api.openapi.records import Stage, StageList
from models.operations.stages import CreateStage, ReplaceStages, UpdateStage

TAG = "Pipeline"
_PATH = "/api/stages"
_ONE = f"{_PATH}/{{stage_id}}"
_STAGE = path_id("stage_id", "The stage.")
_ALL = {"items": STAGES, "next_cursor": None}

PIPELINE: dict[RouteKey, Description] = {
    ("GET", _PATH): listing(
        "list_stages",
        TAG,
        "List the stages",
        "In the pipeline's order. A pipeline has at most 100 stages: `?limit=100` shows the whole.",
        StageList,
        STAGES,
    ),
    ("POST", _PATH): writing(
        "create_stage",
        TAG,
        "Make a stage",
        "At `position`, or at the end.",
        Example("create_stage", "The second", {"name": "Trial", "position": 1}, status=201),
        kind=CreateStage,
        record=(Stage, STAGES[1]),
        codes=("stage_name_taken",),
    ),
    ("PUT", _PATH): writing(
        "replace_stages",
        TAG,
        "Write the whole pipeline",
        "A stage is meant by its id, else by its name, else it is new. One that is not named goes, "
        "unless companies stand in it: of a long pipeline read all with `?limit=100` before.",
        Example(
            "replace_stages",
            "Another order, a new name, a new stage",
            {
                "stages": [
                    {"id": STAGE_ID, "name": "Enquiry"},
                    {"name": "Qualified"},
                    {"id": OTHER_STAGE_ID, "name": "Trial"},
                    {"name": "Proposal"},
                    {"name": "Customer"},
                    {"name": "Churned"},
                ]
            },
        ),
        kind=ReplaceStages,
        record=(StageList, _ALL),
        codes=("not_found", "stage_name_taken", "stage_in_use"),
    ),
    ("PATCH", _ONE): writing(
        "update_stage",
        TAG,
        "Rename or move a stage",
        "Where it moves to, the others make room.",
        Example(
            "update_stage",
            "Both",
            {"name": "Pilot", "position": 2},
            path={"stage_id": OTHER_STAGE_ID},
        ),
        kind=UpdateStage,
        record=(Stage, {**STAGES[1], "name": "Pilot", "position": 2}),
        parameters=(_STAGE,),
        codes=("not_found", "stage_name_taken"),
    ),
    ("DELETE", _ONE): removing(
        "delete_stage",
        TAG,
        "Delete a stage",
        "A stage in which companies stand goes only with a `replacement`.",
        {"stage_id": OTHER_STAGE_ID},
        parameters=(
            _STAGE,
            query_text("replacement", "The id of the stage that takes over the companies."),
        ),
        query={"replacement": STAGE_ID},
        codes=("not_found", "stage_in_use"),
    ),
}
