"""`python -m liftos_agents` is `liftos`."""

from liftos_agents.cli.entry import main

if __name__ == "__main__":
    main()
