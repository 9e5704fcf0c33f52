"""A mirror of `service/rules/check`: each section of a program file, right and wrong."""
