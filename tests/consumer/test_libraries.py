"""Libraries that call models take the model and its address from the desk.

LiteLLM and pydantic-ai bring 35 packages and 385 MB, so they are no part of the environment: their lines run as printed where
MODELDESK_TEST_CLIENTS names a folder with them (`pip install --target FOLDER litellm "pydantic-ai-slim[openai]"`). Everywhere, OpenAI's client speaks
the protocol that both use there.
"""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.entrypoints.panel.connection_examples import connection_examples
from modeldesk.entrypoints.settings import Settings
from tests.support.live_server import KEY, LiveServer

CLIENTS = os.environ.get("MODELDESK_TEST_CLIENTS", "")
SAID = "this is large at /v1/chat/completions"


def test_the_answer_is_enough_to_call_the_model(server: LiveServer, token: str) -> None:
    """By the address and the id that it names, with a key that the desk never tells."""
    import openai  # here: at the top it would take a third of a second in each worker that collects this file

    found = httpx.get(f"{server.origin}/api/resolve/support-chat", headers={"Authorization": f"Bearer {token}"}).json()
    with openai.OpenAI(base_url=found["base_url"], api_key=KEY, max_retries=0) as vendor:
        said = vendor.chat.completions.create(model=found["model_id"], messages=[{"role": "user", "content": "Hello"}])
    assert said.choices[0].message.content == SAID


@pytest.mark.skipif(not CLIENTS, reason="MODELDESK_TEST_CLIENTS names no folder with LiteLLM and pydantic-ai")
@pytest.mark.parametrize("name", ["LiteLLM", "pydantic-ai"])
def test_the_lines_of_the_panel_run_as_printed(name: str, server: LiveServer, token: str, tmp_path: Path) -> None:
    """With the address and the use of this server."""
    code = connection_examples(Settings(port=int(server.origin.rpartition(":")[2])), Snapshot()).code[name]
    environment = {**os.environ, "PYTHONPATH": CLIENTS, "DESK_TOKEN": token, "VENDOR_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == (SAID, 0), done.stderr
