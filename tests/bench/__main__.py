import sys
from .judging import Verdicts
from . import bench_pipeline, bench_end_to_end
v=Verdicts()
if sys.argv[1]=='t3': bench_pipeline.run(v, 5)
else: bench_end_to_end.run(v, 1000, float(sys.argv[2]), [2.0,2.1], sys.argv[3] if len(sys.argv)>3 else '')
