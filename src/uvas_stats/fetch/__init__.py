"""Network to data/raw. One small file for each source; nothing here makes observations."""
