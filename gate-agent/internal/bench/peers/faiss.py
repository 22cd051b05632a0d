# Exact search with FAISS: see program.go for what is said and read.
# Arguments: the number of rows, their dimension.
import sys
import time

import faiss
import numpy

count, dimension = int(sys.argv[1]), int(sys.argv[2])
faiss.omp_set_num_threads(1)
print("here", flush=True)


def read(rows):
    size = 4 * rows * dimension
    data = sys.stdin.buffer.read(size)
    if len(data) < size:
        sys.exit(0)
    return numpy.frombuffer(data, dtype="<f4").reshape(rows, dimension)


index = faiss.IndexFlatIP(dimension)
for start in range(0, count, 10000):
    index.add(read(min(10000, count - start)))
print("ready", flush=True)

while True:
    probe = read(1)
    start = time.perf_counter()
    _, found = index.search(probe, 2)
    took = (time.perf_counter() - start) * 1e6
    print(took, found[0][0], flush=True)
