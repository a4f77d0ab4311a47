"""Why do no texts arrive? One file a subject, each asking thinly and judging purely; nothing is sent.

Lives here: what is looked at, what it means, and how to mend it. Must not: change anything, anywhere, or
stop at the first trouble.

    subject      what there is to look at, however incomplete the settings are
    finding      check, diagnosis and finding: the values that everything else makes
    settings … number     one subject each
    examination  their order
    report       findings for people, and for scripts
"""
