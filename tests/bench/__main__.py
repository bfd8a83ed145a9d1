import sys
from .judging import Verdicts
from . import bench_pipeline
v=Verdicts()
bench_pipeline.run(v, 3)
