// Fitting
