"""What the training scripts of this folder share.

Import this package before numpy: sums split over threads round differently from run to run, and regenerating
a model has to give the same bytes.
"""

import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"
