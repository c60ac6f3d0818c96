"""History that only grows: the abstract event and the triggers that guard it."""
