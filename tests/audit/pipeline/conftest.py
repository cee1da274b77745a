"""The way to the helpers of observations."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "observe"))
sys.path.insert(0, str(Path(__file__).parent))
