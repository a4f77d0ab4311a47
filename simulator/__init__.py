"""A Twilio you own: an HTTP stand-in for Twilio Verify and Messaging, with faults on demand.

It is a system of its own and imports nothing of this project, so that it cannot share a
misunderstanding with the code that is tested against it. Layers, each importing only upwards:

    clock  sids  exchange  switches  account  credentials  routing    words and settings, no state of Twilio's
    verify/  messages/  console/    what Twilio knows and answers; synchronous, hence atomic; no HTTP library
    answering              which path means which call
    faults/      what may go wrong on the wire
    world        one simulator's whole state
    sidedoor/    what tests may read and set
    serving  listening  __main__                 aiohttp
    client  process                              for tests: standard library only
"""
