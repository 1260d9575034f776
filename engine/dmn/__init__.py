"""Decision tables and requirement graphs of DMN 1.2 to 1.5 on FEEL: XML -> model -> values and the rules that gave them."""
