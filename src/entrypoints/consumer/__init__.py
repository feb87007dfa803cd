"""What products speak: which model is active, by open protocols."""
