"""Read data sets: the digits that come with the package, full MNIST and CIFAR-10 on request, rotated pairs."""
