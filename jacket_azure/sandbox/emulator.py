"""The emulator as a process of the sandbox."""

from __future__ import annotations

import json
import sys
from typing import Any

from jacket_azure.sandbox import errors
from jacket_azure.sandbox import plan
from jacket_azure.sandbox import ports
from jacket_azure.sandbox import supervise
from jacket_azure.sandbox import wait
from jacket_azure.sandbox.settings import Settings

NAME = 'emulator'
