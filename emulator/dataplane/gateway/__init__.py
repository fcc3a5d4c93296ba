"""API Gateway: serves the deployed stages of REST APIs."""
