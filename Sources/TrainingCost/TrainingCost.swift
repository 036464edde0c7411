// TrainingCost
