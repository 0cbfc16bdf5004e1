"""What every request passes before it reaches Gradio."""
