"""The dialect, row by row: each test plays the diagram of its name, drawn as Camunda Modeler draws for Camunda 8."""
