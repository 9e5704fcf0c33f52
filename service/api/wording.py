"""Answers in the words of the program, in the language of Accept-Language."""

from service.api.call import Call
from service.api.languages import preferred
from service.flows.reads.wording import A


def worded(call: Call, answer: A) -> A:
    """The answer with titles of what had an effect, and its lines for printer, till and app."""
    return call.services.reads.worded(answer, preferred(call))
