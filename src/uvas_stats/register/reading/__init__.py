"""From a case system's file to tables that can be counted, or to a list of what does not fit."""
