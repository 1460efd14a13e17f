"""The program that runs behind the glass: a supervisor that speaks with the host, and a worker per run."""

from supervisor import serve

request = serve()  # comes back in a worker only
if request is not None:
    from script import run_script

    run_script(request)
