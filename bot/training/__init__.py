"""Making the models from the corpus: development only, scikit-learn is imported nowhere else."""
