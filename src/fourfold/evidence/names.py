"""The names of measures that doubts are told from, and the subjects of each: what a study hands over for them
(`Findings.further`), and what comes of the losses."""

from __future__ import annotations

EDGE_RATE = "best learning rate at the grid's edge"  # a family
EDGE_GAIN = "gain of the rate at the grid's edge"  # a family
SIZE_GAIN = "gain of the largest size"  # a family
SIZE_SCORE = "score at size {size}"  # a family
SIZE_CAP = "parameters at most"  # a size
RATES = "learning rates"  # the study
STEPS = "steps of a training"  # the study
STOPPED = "share of runs that stopped early"  # a family
DIVERGED = "share of runs that diverged"  # a family
FAILED = "share of refits that were left out"  # a family
WORSE = "score lost by refits that were left out"  # a family some of whose refits were, on validation rows
VALIDATION = "validation score"  # a family
UNLEARNT = "training loss over that of a guess"  # a family, where one of them tells more than half of the target
LARGEST_CLASS = "share of the largest class"  # the study
LARGEST_OF_STEPS = "share of the largest class of steps"  # the study
UNTOLD = "test rows of a class that no family predicts"  # the class
UNTOLD_OF_STEPS = "test steps of a class that no family predicts"  # the class
UNTOLD_NUMBER = "R2 of a target that no family is shown to predict"  # the target, one of several
UNTOLD_LABEL = "AUC of a label that no family is shown to tell"  # the label, one of several
ONE_COLUMN = "score of one column alone"  # the best column
TWINS = "share of test rows with a twin in training"  # the study
DIFFERENT = "different inputs"  # the study
BY_CHANCE = "share of test rows with a twin that is no copy"  # the study, where twins were judged to be none
IN_TIME = "rows in order of time"  # the study
ALIKE = "test rows of one weight that say as much"  # the study, where rows have weights
LEVELS = "levels"  # a column of words
MERGED = "share of rows whose level has no place of its own"  # a column of words
FOUND = "finding about the data"  # what was found, in words; its source is the finding's slug
AUC = "AUC"  # a family or a baseline
LONGER_GAIN = "gain by twice the steps"  # a family
LONGER_SCORE = "score after twice the steps"  # a family
LONGER_BEFORE = "score before twice the steps"  # a family, of the same trainings' data and rows
OF_MEASURES = (LONGER_GAIN, LONGER_SCORE, LONGER_BEFORE)
# Those that come of the losses.
OVER_GUESS = "gain over a guess"  # the baseline to beat
AHEAD = "seeds in which it is ahead"  # family - runner-up
REMOVED = "share of the error of guessing removed"  # the baseline to beat
LARGEST = "largest errors"  # a family: how many rows are one in a hundred
HEAVY = "share of the largest errors in the squared error"  # a family
HEAVY_IN_PARTS = "share of the largest errors, each over the mean of its test part"  # a family, where PART_SCORE is
GROUPS = "groups of test rows"  # the study
BLOCKS_IN_TIME = "blocks of test rows in order of time"  # the study
RAREST = "test rows of the rarest class"  # the study, where each class counts alike
KNOWN_TO = "half of the interval of the difference"  # family - runner-up
WORST_SEED = "score of the worst seed on the rows of the best"  # a family whose trainings scatter
BEST_SEED = "score of the best seed on the rows of the worst"  # the same
PART_SCORE = "score in test part {part}"  # a family, where the parts stand in order of time and differ
FOLD_LEADS = "lead over the mean of the others by fold"  # from one seed, of a family whose lead scatters most

PREDICTED_FOR = ("rows", "true", "classes", "fold", "weights", "class_weights", "scale")
"""What `predictions.npz` calls the arrays beside those of families and baselines, which stand there by their names."""
