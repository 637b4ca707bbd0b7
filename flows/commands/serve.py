"""serve"""
def serve() -> None:
    pass
