"""One programme's nuläge, or any kommun's: what notebooks, reports and the command line ask for."""
