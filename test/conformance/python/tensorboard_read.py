"""What TensorBoard reads in a folder of event files: tensorboard_read.py FOLDER prints {"files": n, "scalars": {tag: [[step, value, wall time]]}}."""

import json
import os
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

folder = sys.argv[1]
events = EventAccumulator(folder, size_guidance={"scalars": 0})
events.Reload()
scalars = {tag: [[e.step, e.value, e.wall_time] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
# The program itself looks for runs this way.
runs = EventMultiplexer().AddRunsFromDirectory(os.path.dirname(folder)).Reload().Runs()
print(json.dumps({"runs": sorted(runs), "scalars": scalars}))
